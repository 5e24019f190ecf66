#pragma once
#include <string>
#include <vector>

#include <cotape/apps/common/train/options.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/perturb/noise.h>
#include <cotape/solvers/perturb/projections.h>

namespace cotape::app {

// Of a rule of rule_table() or the Fenchel-Young loss, by name: the noise that it draws if nothing is said, gumbel,
// normal or none, and whether that must have a density with a derivative. Any other name draws none.
std::string default_noise(const std::string& rule);
bool needs_density(const std::string& rule);

// What programs that perturb scores themselves call noise: sog and sog-as-published, Sum-of-Gamma for subsets of kappa
// with ten terms, in theory and as the papers' code draws it; and as noise_named(). Throws ValueError as that does.
Noise score_noise(const std::string& name, std::int64_t kappa);

// What --projection may be: standardize, center, norm, none; or nothing, where the program chooses by the rule.
std::vector<std::string> projection_names();
// Of one of these names, or of none.
Projection projection_named(const std::string& name);

// The settings of rules of rule_table(), as options of a program that trains through a solver: one option for each
// name, whichever rules have it. Choices are made by the rule's name. Beside the rules, the Fenchel-Young loss.
class RuleOptions {
 public:
  // Of these rules: rules_for() the program's solver. Defaults are the table's, of a name's first rule, but 0.01 for
  // --tau and 0.1 for --sigma and --epsilon.
  explicit RuleOptions(const std::vector<NamedRule>& rules = rule_table());

  // Before declare():
  // The default of a setting.
  void preset(const std::string& setting, const RuleValue& value) { at(setting).setting.value = value; }
  // What --help says of it, in place of the table's sentence and the rules that have it; or behind those.
  void set_help(const std::string& setting, const std::string& help) { at(setting).setting.help = help; }
  void add_help(const std::string& setting, const std::string& more) { at(setting).setting.help += more; }
  // Leaves out an option that the program declares itself, or replaces by one of its own.
  void leave_out(const std::string& setting);
  // The default of --epsilon, and what its help says behind the table's; without this call there is no such option.
  void with_fenchel_young(double epsilon, const std::string& more_help = "");

  void declare(Options& options);

  // After parsing: fills in the noise of `rule`. Throws OptionError for samples or noise of a rule that draws
  // none, and for a rule whose noise must have a density and is given none.
  void resolve(const std::string& rule);

  // The rule of that name with these settings, newly made.
  NamedRule make(const std::string& rule) const;
  FenchelYoungOptions fenchel_young() const;
  // gumbel, normal or none, after resolve().
  const std::string& noise() const { return noise_; }

 private:
  struct Entry {
    RuleSetting setting;
    bool own;  // of one rule and its variants alone, named after it
  };
  Entry& at(const std::string& setting);

  std::vector<std::string> rules_;  // without variants of others: imle, not imle-central
  std::vector<Entry> entries_;
  std::string noise_;  // the option; empty until resolve()
  bool fenchel_young_ = false;
  double epsilon_ = 0.1;
  std::string epsilon_help_;
};

}  // namespace cotape::app
