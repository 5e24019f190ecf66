#include <cotape/apps/retrieval/options.h>
#include <cotape/engine/base/text.h>
#include <cotape/solvers/select/ranking.h>

#include <algorithm>

namespace cotape::app {
namespace {

const std::vector<std::string> losses_without_ranks = {"triplet", "contrastive"};

// Those that rank.
std::vector<NamedRule> solver_rules() {
  std::vector<NamedRule> rules = rules_for(Ranking{.n = 2});
  std::erase_if(rules, [](const NamedRule& rule) {
    return rule.name() == "perturbed-multiplicative"  // keeps the sign of a score, and a similarity's means nothing
           || rule.name() == "lpgd";                  // its quadratic term needs solutions of 0 and 1
  });
  return rules;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> all_rules() {
  std::vector<std::string> names;
  for (const NamedRule& rule : solver_rules()) names.push_back(rule.name());
  for (const char* name : {"lapsum", "sigmoid", "triplet", "contrastive"}) names.emplace_back(name);
  return names;
}

}  // namespace

void RetrievalOptions::add_to(CommandLine& line) {
  common.data = "fashion-mnist";
  common.epochs = 80;
  common.rule = "blackbox";
  common.out = "out/retrieval";
  rule_options = RuleOptions(solver_rules());
  rule_options.preset("lambda", 0.2);
  rule_options.add_help("lambda", ", along the gradient of one query's loss");
  Options options(line);
  declare(options);
  line.after_parsing([this] { resolve(); });
}

void RetrievalOptions::declare(Options& options) {
  common.declare(options, all_rules(),
                 "fashion-mnist, or pictures in folders, one for each class, which may lie in folders of groups "
                 "(Omniglot: alphabets of characters): a folder, or a zip archive of one",
                 ". Each part ranks its own pictures among themselves and all that are remembered");
  options.add("test-data", test_data, "Such pictures that are searched; none: those of --test-groups");
  options.add("test-groups", test_groups,
              "Groups of --data that are searched and not trained on, with commas between [Pullover,Coat,Shirt of "
              "fashion-mnist; of others the last third by name]");
  options.add(
      "turned-classes", turned_classes,
      "Each class of training turned by one, two and three quarters is three more classes (Vinyals et al. 2016)");
  options.add("channels", channels, "Filters of each convolution, and numbers of an embedding", between(1, 4096));
  options.add("batch", batch, "Pictures in a training step", between(4, 4096));
  options.add("per-class", per_class, "Pictures of a class that come together in a batch", between(2, 1000));
  options.add("memory", memory, "Batches whose embeddings are remembered and ranked too", between(0, 100));
  options.add("shift", shift, "Pixels that a picture is moved by in training, at most, in each direction",
              between(0, 14));
  options.add("turn", turn, "Degrees that a picture is turned by in training, at most", between_numbers(0, 180));
  options.add("lr", learning_rate, "Learning rate of Adam", positive());
  options.add("weight-decay", weight_decay, "Times the weights, added to their gradients", non_negative());
  options.add("decay-at", decay_at, "Epochs after which the rate is multiplied with --decay, once",
              between(1, 1000000));
  options.add("decay", decay, "Factor of the learning rate", positive());
  options.add("projection", projection,
              "What is done to a query's similarities before the solver: standardize, center, norm or none "
              "[standardize for identity and straight-through, none for the others]",
              one_of(projection_names()));
  options.add("noise-margin", noise_margin, "Half of it is added to or taken from each similarity, by chance",
              non_negative());
  options.add("informed-margin", informed_margin,
              "Half of it is taken from similarities of the same class and added to the others", non_negative());
  options.add("temperature", temperature, "Temperature of lapsum and sigmoid", positive());
  options.add("distance", distance,
              "Margin of triplet and contrastive, a distance of unit vectors; 0: 0.2 for triplet, 0.5 for contrastive",
              non_negative());
  options.add("ways", ways, "Classes of a one-shot task, fewer where there are not so many", between(2, 1000));
  options.add("tasks", tasks, "One-shot tasks", between(1, 100000));
  options.add("study", study,
              "Methods to compare over --seeds runs each, RULE with settings behind colons, with commas between: "
              "blackbox:lambda=2,blackbox:noise=0.1,identity:standardize,identity:none,triplet");
  options.add("seeds", seeds, "Runs of each method of --study, from --seed on", between(1, 1000));
  rule_options.declare(options);
}

bool RetrievalOptions::solves() const { return !ranks_softly() && !contains(losses_without_ranks, common.rule); }

void RetrievalOptions::resolve() {
  if (batch % per_class != 0)
    refuse_option("--batch " + std::to_string(batch), "is no multiple of --per-class " + std::to_string(per_class));
  if (batch % (common.shards * per_class) != 0)
    refuse_option("--shards " + std::to_string(common.shards),
                  "--batch " + std::to_string(batch) +
                      " cannot be cut into as many parts with whole groups of --per-class " +
                      std::to_string(per_class));
  if (!test_data.empty() && !test_groups.empty())
    refuse_option("--test-groups", "--test-data has the pictures to search");
  if (study.empty()) return resolve_rule();
  if (common.inspect) refuse_option("--inspect", "--study has many runs");
  if (common.shards > 1) refuse_option("--shards", "--study spreads whole runs over processes");
  for (const std::string& text : study) {
    method(text);
    if (std::count(study.begin(), study.end(), text) > 1) refuse_option("--study", shown(text) + " is named twice");
  }
}

void RetrievalOptions::resolve_rule() {
  const std::string of_rule = "--rule " + common.rule;
  rule_options.resolve(common.rule);
  if (!solves() && !projection.empty() && projection != "none")
    refuse_option("--projection " + projection, of_rule + " has no solver");
  if (contains(losses_without_ranks, common.rule) && (noise_margin > 0 || informed_margin > 0))
    refuse_option(noise_margin > 0 ? "--noise-margin" : "--informed-margin",
                  of_rule + " ranks nothing; set --distance");
  if (projection.empty())
    projection = common.rule == "identity" || common.rule == "straight-through" ? "standardize" : "none";
}

RetrievalOptions RetrievalOptions::method(const std::string& text) const {
  const std::string what = "--study " + shown(text);
  RetrievalOptions options = *this;
  options.study.clear();
  std::size_t begin = 0;
  for (bool first = true; begin <= text.size(); first = false) {
    const std::size_t end = std::min(text.find(':', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    if (first) {
      if (!contains(all_rules(), word)) refuse_option(what, "there is no rule \"" + shown(word) + "\"");
      options.common.rule = word;
    } else if (!word.empty() && contains(projection_names(), word)) {
      options.projection = word;
    } else {
      const std::size_t sign = std::min(word.find('='), word.size());
      const std::string name = word.substr(0, sign);
      const auto number = parse_number<double>(word.substr(std::min(sign + 1, word.size())));
      const bool given = number && *number < 1e30, not_negative = given && *number >= 0,
                 is_positive = given && *number > 0;
      if (name == "noise" && not_negative)
        options.noise_margin = *number;
      else if (name == "informed" && not_negative)
        options.informed_margin = *number;
      else if (name == "temperature" && is_positive)
        options.temperature = *number;
      else if (name == "lambda" && is_positive)
        options.rule_options.preset(name, *number);
      else
        refuse_option(what, "\"" + shown(word) +
                                "\" is neither a projection nor noise=, informed=, lambda= or temperature= "
                                "with a number that it may be");
    }
  }
  options.resolve_rule();
  return options;
}

NamedRule RetrievalOptions::make_rule() const {
  NamedRule made = rule_options.make(common.rule);
  // A query's part of the gradient of the mean is its own divided by the batch.
  for (const RuleSetting& setting : made.settings())
    if (setting.name == "lambda") made.set("lambda", std::get<double>(setting.value) * static_cast<double>(batch));
  return made;
}

}  // namespace cotape::app
