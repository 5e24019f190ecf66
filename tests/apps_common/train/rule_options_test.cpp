#include <cotape/apps/common/train/rule_options.h>
#include <cotape/engine/base/error.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/perturb/sum_of_gamma.h>

#include <doctest/doctest.h>

#include <iterator>
#include <sstream>

using namespace cotape;
using namespace cotape::app;

namespace {

RuleOptions parsed(const std::string& arguments) {
  RuleOptions rule;
  rule.with_fenchel_young(0.1);
  CommandLine line;
  Options options(line);
  rule.declare(options);
  std::istringstream words(arguments);
  line.parse({std::istream_iterator<std::string>(words), {}});
  return rule;
}

RuleValue value_of(const NamedRule& rule, const std::string& name) {
  for (const RuleSetting& setting : rule.settings())
    if (setting.name == name) return setting.value;
  fail<ValueError>("no setting ", name);
}

}  // namespace

TEST_CASE("rule options: every setting of every rule of the table that is offered has one") {
  RuleOptions rule;
  rule.with_fenchel_young(0.1);
  CommandLine line;
  Options options(line);
  rule.declare(options);
  CHECK(options.has("epsilon"));
  for (const NamedRule& one : rule_table())
    for (const RuleSetting& setting : one.settings()) {
      CAPTURE(setting.name);
      CHECK(options.has(setting.name) == setting.offered);
    }
  const std::string help = line.help();
  CHECK(help.find("Scale of the noise of straight-through, imle and aimle\n") != std::string::npos);
  CHECK(help.find("[gumbel; normal for perturbed and fenchel-young]") != std::string::npos);
}

TEST_CASE("rule options: of the rules that are for a solver alone") {
  const auto has = [](RuleOptions rule, const char* setting) {
    CommandLine line;
    Options options(line);
    rule.declare(options);
    return options.has(setting);
  };
  CHECK(has(RuleOptions(), "reinmax-tau"));
  CHECK_FALSE(has(RuleOptions(rules_for(GridPath{.height = 2, .width = 2})), "reinmax-tau"));
  CHECK(has(RuleOptions(rules_for(GridPath{.height = 2, .width = 2})), "lpgd-rho"));
}

TEST_CASE("rule options: what is given reaches the rule, the noise is the rule's own") {
  RuleOptions rule = parsed("--lambda 3 --samples 5 --tau 0.5 --aimle-as-code --aimle-nonzeros 2");
  rule.resolve("imle");
  CHECK(rule.noise() == "gumbel");
  const NamedRule imle = rule.make("imle-central");
  CHECK(std::get<double>(value_of(imle, "lambda")) == 3);
  CHECK(std::get<double>(value_of(imle, "tau")) == 0.5);
  CHECK(std::get<std::int64_t>(value_of(imle, "samples")) == 5);
  CHECK(std::get<std::string>(value_of(imle, "side")) == "central");
  const NamedRule aimle = rule.make("aimle");
  CHECK(std::get<double>(value_of(aimle, "aimle-nonzeros")) == 2);
  CHECK(std::get<double>(value_of(aimle, "aimle-alpha")) == 1);  // as the code has it

  RuleOptions perturbed = parsed("");
  perturbed.resolve("perturbed");
  CHECK(perturbed.noise() == "normal");
  CHECK(std::get<double>(value_of(perturbed.make("perturbed"), "sigma")) == static_cast<double>(0.1F));
  CHECK(std::get<std::string>(value_of(perturbed.make("perturbed"), "baseline")) == "unperturbed");
  perturbed = parsed("--samples 2 --epsilon 0");
  perturbed.resolve("fenchel-young");
  CHECK(perturbed.fenchel_young().samples == 2);
  CHECK(perturbed.fenchel_young().epsilon == 0);
  CHECK(perturbed.fenchel_young().noise.name() == "normal");
}

TEST_CASE("rule options: what a rule has no use for is refused") {
  CHECK_THROWS_WITH_AS(parsed("--samples 2").resolve("blackbox"), "--samples 2: --rule blackbox draws none",
                       OptionError);
  CHECK_NOTHROW(parsed("--samples 2").resolve("simple"));
  CHECK_THROWS_WITH_AS(parsed("--noise gumbel").resolve("simple"), "--noise gumbel: --rule simple draws none",
                       OptionError);
  CHECK_THROWS_WITH_AS(parsed("--noise gumbel").resolve("none"), "--noise gumbel: --rule none draws none", OptionError);
  CHECK_THROWS_WITH_AS(parsed("--noise none").resolve("perturbed"), "--noise none: --rule perturbed needs noise",
                       OptionError);
  CHECK_NOTHROW(parsed("--noise none").resolve("imle"));
  CHECK_THROWS_AS(parsed("--lambda 0"), OptionError);
  CHECK_THROWS_AS(parsed("--tau -1"), OptionError);
  CHECK_THROWS_AS(parsed("--samples 0"), OptionError);
}

TEST_CASE("rule options: noise and projections by name") {
  CHECK(needs_density("perturbed"));
  for (const char* rule : {"imle", "identity", "fenchel-young", "softsub"}) CHECK_FALSE(needs_density(rule));
  CHECK(default_noise("perturbed") == "normal");
  CHECK(default_noise("imle") == "gumbel");
  CHECK(default_noise("fenchel-young") == "normal");
  for (const char* rule : {"identity", "softsub"}) CHECK(default_noise(rule) == "none");

  CHECK(score_noise("gumbel", 5).name() == "gumbel");
  CHECK(score_noise("none", 5).name() == "none");
  const auto draw = [](const Noise& noise) {
    Tensor drawn(Shape{20});
    Rng rng(1);
    noise.sample(drawn, rng);
    return drawn;
  };
  CHECK(draw(score_noise("sog", 5)) == draw(SumOfGamma{.k = 5, .tau = 1, .s = 10}));
  CHECK(draw(score_noise("sog-as-published", 5)) ==
        draw(SumOfGamma{.k = 5, .tau = 1, .s = 10, .as_published_code = true}));
  CHECK_THROWS_AS(score_noise("pink", 5), ValueError);

  const std::vector<std::string> names = projection_names();
  const std::vector<Projection> expected = {Projection::none, Projection::standardize, Projection::center,
                                            Projection::unit_norm, Projection::none};
  REQUIRE(names.size() == expected.size());
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(projection_named(names[i]) == expected[i]);
}
