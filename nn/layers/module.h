#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <cotape/engine/tape/checkpoint.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Owns named parameters, buffers (numbers that are kept but not learned) and modules within it. A module author makes
// them members and adds each in the constructor under a name; names of inner ones are joined by dots:
// "encoder.fc1.weight".
//
//   struct Encoder : Layer {
//     explicit Encoder(Rng& rng) : fc1(784, 300, {.activation = Activation::relu}, rng), fc2(300, 20, {}, rng) {
//       add("fc1", fc1);
//       add("fc2", fc2);
//     }
//     Linear fc1, fc2;
//    private:
//     Var forward(Var x) override { return fc2(fc1(x)); }
//   };
class Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  // All parameters, each once, its own before those of inner modules, in the order in which they were added. They carry
  // their full names.
  std::vector<Parameter*> parameters() const;
  // All buffers by full name, in the same order.
  std::vector<std::pair<std::string, Tensor*>> buffers() const;
  // The name among all modules, "" for the outermost.
  const std::string& path() const { return path_; }

  // Freezes or thaws all parameters: frozen ones are constants on a tape, and optimisers leave them as they are. What a
  // module keeps in buffers still changes in training: eval() stops that.
  void freeze();
  void thaw();

  // How many numbers are in all parameters, and in those that are not frozen.
  std::int64_t parameter_count() const;
  std::int64_t trainable_count() const;

  // Takes the values of another module of the same form: parameters, buffers, which are frozen and which modules are in
  // training. A deep copy is a second module, made in the same way, that copies from the first. Throws ValueError,
  // naming the first difference, before anything is changed.
  void copy_from(const Module& other);

  // Tells this and all inner modules whether they are trained or evaluated; they begin in training.
  void train(bool on = true);
  void eval() { train(false); }
  bool training() const { return training_; }

  // Parameters and buffers, as PREFIX + full name.
  void save(Checkpoint& checkpoint, const std::string& prefix = "model.") const;
  // Throws FileError, before anything is changed, when one is missing, left over or of another shape.
  void load(const Checkpoint& checkpoint, const std::string& prefix = "model.");

 protected:
  // Each throws ValueError for a name that is empty, has a dot, or is taken here; a module must not have a place yet.
  void add(const std::string& name, Module& inner);
  void add(const std::string& name, Parameter& parameter);
  void add_buffer(const std::string& name, Tensor& buffer);
  // A second name for a parameter that is added elsewhere and keeps the name that it has there: under that it is saved
  // once, updated once and counted once. It must outlive this module.
  void tie(const std::string& name, Parameter& parameter);

  // While the scope lives, what the tape records belongs to this module.
  class Recording {
   public:
    Recording(Tape& tape, const std::string& name) {
      if (!name.empty()) scope_.emplace(tape.graph(), name);
    }

   private:
    std::optional<Scope> scope_;
  };
  [[nodiscard]] Recording record_on(Tape& tape) const { return Recording(tape, name_); }

 private:
  void check_name(const std::string& name) const;
  std::string full_name(const std::string& name) const { return path_.empty() ? name : path_ + "." + name; }
  void place(const std::string& path);
  void check_same_form(const Module& other) const;
  void copy_values(const Module& other);

  template <class T>
  using Named = std::vector<std::pair<std::string, T*>>;
  std::string name_;
  std::string path_;
  Named<Parameter> parameters_;
  Named<Parameter> tied_;
  Named<Tensor> buffers_;
  Named<Module> modules_;
  bool training_ = true;
};

// A module that is called as a function of one value.
class Layer : public Module {
 public:
  // forward(x), recorded under the module's name: errors and reports show it.
  Var operator()(Var x) {
    const Recording recording = record_on(x.tape());
    return forward(std::move(x));
  }

 private:
  virtual Var forward(Var x) = 0;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
