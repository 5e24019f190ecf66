#pragma once
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <cotape/engine/base/error.h>
#include <cotape/solvers/core/rule.h>
#include <cotape/solvers/rules/settings.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// Any gradient rule as a value, under a name: NamedRule("blackbox, λ = 20", Blackbox{20}). Itself a rule that samples,
// whatever it holds, so that differentiable() takes it; a rule without noise leaves the generator alone. Copies share
// what the rule learns, clones do not.
class NamedRule {
 public:
  template <RuleType R>
  requires(!std::same_as<R, NamedRule>) NamedRule(std::string name, R rule)
      : name_(std::move(name)), rule_(std::make_shared<const Model<R>>(std::move(rule))) {}

  const std::string& name() const { return name_; }

  // What the rule gives; rules without a sample axis, and those that return a mean, give one sample.
  Samples operator()(Var scores, const BatchOracle& oracle, Rng& rng) const {
    return rule_->apply(scores, oracle, rng);
  }
  // Whether it gives as many samples as it draws.
  bool has_sample_axis() const { return rule_->has_sample_axis(); }
  // Solver calls for each instance; nothing where the rule does not say.
  std::optional<SolverCalls> solver_calls() const { return rule_->solver_calls(); }
  // The abilities that a solver must have (Rule::needs).
  std::vector<Ability> needs() const { return rule_->needs(); }
  // Throws ValueError, naming rule and solver, when the solver lacks an ability, or is none that the rule is for.
  void check_solver(const Solver& solver) const;
  // Whether that does not throw.
  bool goes_with(const Solver& solver) const;

  // What can be set, as it is now; empty for a rule that does not describe itself.
  std::vector<RuleSetting> settings() const;
  bool has(std::string_view setting) const;
  // Sets one; a whole number will do for a number. Throws ValueError for a setting that the rule does not have, a value
  // of another type or out of its range, and noise without a derivative for a rule that needs one.
  void set(std::string_view setting, const RuleValue& value);
  // Sets those that the rule has and leaves out the others: one list of values for all rules.
  void set_all(const RuleValues& values);

  // What the rule has learned, in entries whose names begin with `prefix`; nothing for rules that do not learn.
  void save(Checkpoint& to, const std::string& prefix) const { rule_->save(to, prefix); }
  void load(const Checkpoint& from, const std::string& prefix) const { rule_->load(from, prefix); }
  // The same rule, which learns on by itself from here.
  NamedRule clone() const { return NamedRule(name_, rule_->clone()); }
  // LearnsFromShards; no notes for rules that do not learn. hold_back throws ValueError, naming the rule, for one that
  // learns otherwise.
  void hold_back(bool on) const { rule_->hold_back(on, name_); }
  std::vector<double> take_notes() const { return rule_->take_notes(); }
  void learn(std::span<const double> notes) const { rule_->learn(notes); }
  // Writes the step in use, of a rule that learns.
  void report(SolverDiagnostics& to) const { rule_->report(to); }

 private:
  using See = FunctionRef<void(RuleSetting&)>;
  struct Concept {
    virtual ~Concept() = default;
    virtual Samples apply(Var scores, const BatchOracle& oracle, Rng& rng) const = 0;
    virtual bool has_sample_axis() const = 0;
    virtual std::optional<SolverCalls> solver_calls() const = 0;
    virtual std::vector<Ability> needs() const = 0;
    virtual void check_solver(const Solver& solver) const = 0;
    // The rule after `see` has seen its settings.
    virtual std::shared_ptr<const Concept> described(See see) const = 0;
    virtual void save(Checkpoint& to, const std::string& prefix) const = 0;
    virtual void load(const Checkpoint& from, const std::string& prefix) const = 0;
    virtual std::shared_ptr<const Concept> clone() const = 0;
    virtual void hold_back(bool on, const std::string& name) const = 0;
    virtual std::vector<double> take_notes() const = 0;
    virtual void learn(std::span<const double> notes) const = 0;
    virtual void report(SolverDiagnostics& to) const = 0;
  };
  template <class R>
  struct Model;
  static Samples one_sample(Var y, const BatchOracle& oracle);

  NamedRule(std::string name, std::shared_ptr<const Concept> rule) : name_(std::move(name)), rule_(std::move(rule)) {}

  std::string name_;
  std::shared_ptr<const Concept> rule_;
};

template <class R>
struct NamedRule::Model final : Concept {
  explicit Model(R r) : rule(std::move(r)) {}

  Samples apply(Var scores, const BatchOracle& oracle, Rng& rng) const override {
    if constexpr (DeterministicRule<R>)
      return one_sample(rule(scores, oracle), oracle);
    else if constexpr (ReturnsMean<R>)
      return one_sample(rule(scores, oracle, rng), oracle);
    else
      return rule(scores, oracle, rng);
  }
  bool has_sample_axis() const override { return ReturnsSamples<R>; }
  std::optional<SolverCalls> solver_calls() const override {
    if constexpr (requires { rule.solver_calls(); }) return rule.solver_calls();
    return std::nullopt;
  }
  std::vector<Ability> needs() const override {
    if constexpr (NeedsAbilities<R>) return {R::needs.begin(), R::needs.end()};
    return {};
  }
  void check_solver(const Solver& solver) const override {
    if constexpr (ChecksSolver<R>) rule.check_solver(solver);
  }
  std::shared_ptr<const Concept> described(See see) const override {
    R changed = rule;
    SettingVisitor visitor(see);
    if constexpr (DescribedRule<R>) changed.describe(visitor);
    return std::make_shared<const Model>(std::move(changed));
  }
  void save(Checkpoint& to, const std::string& prefix) const override {
    if constexpr (LearningRule<R>) rule.save(to, prefix);
  }
  void load(const Checkpoint& from, const std::string& prefix) const override {
    if constexpr (LearningRule<R>) rule.load(from, prefix);
  }
  std::shared_ptr<const Concept> clone() const override {
    if constexpr (LearningRule<R>) return std::make_shared<const Model>(rule.clone());
    return std::make_shared<const Model>(rule);
  }
  void hold_back(bool on, const std::string& name) const override {
    if constexpr (LearnsFromShards<R>)
      rule.hold_back(on);
    else if constexpr (LearningRule<R>)
      fail<ValueError>("rule ", name, " learns, and not from shards of a batch (LearnsFromShards)");
  }
  std::vector<double> take_notes() const override {
    if constexpr (LearnsFromShards<R>) return rule.take_notes();
    return {};
  }
  void learn(std::span<const double> notes) const override {
    if constexpr (LearnsFromShards<R>) rule.learn(notes);
  }
  void report(SolverDiagnostics& to) const override {
    if constexpr (LearningRule<R>) rule.report(to);
  }

  R rule;
};

}  // namespace COTAPE_PRECISION
}  // namespace cotape
