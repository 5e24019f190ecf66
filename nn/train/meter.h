#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/tape/checkpoint.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Named numbers of an epoch, added up step by step; each is named where it is computed:
//
//   meter.mean("loss", loss, batch);      // Σ value · weight / Σ weight
//   meter.share("right", right, batch);   // Σ part / Σ whole
//   meter.sum("solver_calls", calls);     // Σ value
//   meter.maximum("largest", x);          // a NaN counts as larger than any number
//   meter.latest("learning_rate", rate);  // of the last call
//
// A name keeps the kind that it was first recorded as: another one throws ValueError, and so does a name that is empty
// or holds a comma, a quote or a line end. Nothing is allocated once all names are known. A regular value.
class Meter {
 public:
  void sum(std::string_view name, double value);
  void mean(std::string_view name, double value, double weight = 1);
  void share(std::string_view name, double part, double whole);
  void maximum(std::string_view name, double value);
  void latest(std::string_view name, double value);

  // What was recorded under the name, by its kind; a mean or share of no weight is 0. Throws ValueError when there is
  // nothing, and tells what there is.
  double value(std::string_view name) const;
  // Of a mean or share: Σ value · weight or Σ part, and Σ weight or Σ whole. Of others the value, and the number of
  // calls.
  double total(std::string_view name) const { return find(name).total; }
  double weight(std::string_view name) const { return find(name).weight; }
  bool contains(std::string_view name) const;
  // In the order in which they were first recorded.
  std::vector<std::string> names() const;

  // Adds what another meter has recorded, in the order of its names, as if that had been recorded after this one's.
  // Sums depend on the order in which meters are merged, so keep it fixed. Throws ValueError, before anything is
  // changed, where one name has two kinds.
  void merge(const Meter& other);

  // Everything in memory's own form, for another process of the same program.
  std::string bytes() const;
  static Meter from_bytes(std::string_view bytes);

  // Everything: the kinds and names in order as the text PREFIX, the numbers as PREFIX.NAME.total and .weight.
  void save(Checkpoint& checkpoint, const std::string& prefix = "meter") const;
  // Throws FileError, before anything is changed, for what is missing, unknown, there twice or no number of calls.
  void load(const Checkpoint& checkpoint, const std::string& prefix = "meter");

  friend bool operator==(const Meter&, const Meter&) = default;

 private:
  enum class Kind { sum, share, maximum, latest };
  struct Quantity {
    std::string name;
    Kind kind;
    double total = 0;
    double weight = 0;
    bool operator==(const Quantity&) const = default;
  };

  static std::string_view name_of(Kind kind);
  static void add(Quantity& to, double total, double weight);
  const Quantity& find(std::string_view name) const;
  // The quantity of this name and kind; a new one is made.
  Quantity& quantity(std::string_view name, Kind kind);

  std::vector<Quantity> quantities_;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
