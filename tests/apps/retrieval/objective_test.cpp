#include <cotape/apps/retrieval/objective.h>
#include <cotape/engine/ops.h>
#include <cotape/solvers/perturb/projections.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "../../near.h"
#include "../../normal_tensor.h"

using namespace cotape;
using namespace cotape::app;

namespace {

constexpr std::int64_t batch = 8, features = 4, candidates = 2 * batch - 1;
const std::vector<std::int64_t> classes = {0, 0, 1, 1, 2, 2, 0, 0}, remembered = {2, 2, 1, 1, 3, 3, 0, 0};

RetrievalOptions options_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--batch", "8", "--per-class", "2", "--memory", "1", "--channels", "4"});
  RetrievalOptions options;
  CommandLine line;
  options.add_to(line);
  line.parse(std::move(arguments));
  return options;
}

// A batch of unit vectors, what is remembered, and what they cost under a rule.
struct Example {
  explicit Example(const std::vector<std::string>& arguments) : objective(options_of(arguments)) {
    memory.push(unit_vectors(5), remembered);
    relatives.find(classes, memory.classes());
    embeddings = tape.variable(unit_vectors(6));
    similarities = tape.variable(candidate_similarities(embeddings, memory.embeddings()).value());
    loss = objective(embeddings, similarities, memory, relatives, noise);
    tape.backward(loss);
  }
  static Tensor unit_vectors(std::uint64_t seed) {
    Tape tape;
    return unit_norm(tape.constant(normal_tensor({batch, features}, seed))).value();
  }

  double value() const { return static_cast<double>(loss.value().item()); }
  double s(std::int64_t q, std::int64_t j) const {
    return static_cast<double>(similarities.value()[q * candidates + j]);
  }
  bool is_relative(std::int64_t q, std::int64_t j) const { return relatives.relevant()[q * candidates + j] == 1; }
  // The loss where strangers j count F((s_j − s_i)) each before the relative i.
  template <class F>
  double expected(const F& counts) const {
    double sum = 0;
    for (std::int64_t q = 0; q < batch; ++q) {
      double of_query = 0, own = 0;
      for (std::int64_t i = 0; i < candidates; ++i) {
        if (!is_relative(q, i)) continue;
        double before = 0;
        for (std::int64_t j = 0; j < candidates; ++j)
          if (!is_relative(q, j)) before += counts(s(q, j) - s(q, i));
        of_query += std::log(1 + std::log(1 + before));
        ++own;
      }
      sum += of_query / own;
    }
    return sum / batch;
  }

  Tape tape;
  RetrievalObjective objective;
  EmbeddingMemory memory{1, batch, features};
  Relatives relatives;
  Rng noise{9};
  Var embeddings, similarities, loss;
};

double step(double x) { return x > 0 ? 1 : 0; }

}  // namespace

TEST_CASE("retrieval: the recall loss counts the strangers before each relative, whatever the rule") {
  for (const std::vector<std::string>& rule : {std::vector<std::string>{"--rule", "blackbox"},
                                               {"--rule", "identity"},
                                               {"--rule", "identity", "--projection", "none"},
                                               {"--rule", "imle", "--noise", "none", "--samples", "3"},
                                               {"--rule", "lapsum", "--temperature", "1e-6"},
                                               {"--rule", "sigmoid", "--temperature", "1e-6"}}) {
    CAPTURE(rule);
    const Example example(rule);
    CHECK(example.value() == doctest::Approx(example.expected(step)));
  }
}

TEST_CASE("retrieval: soft ranks count by their distribution functions") {
  const Example smooth({"--rule", "sigmoid", "--temperature", "0.3"});
  CHECK(smooth.value() == doctest::Approx(smooth.expected([](double x) { return 1 / (1 + std::exp(-x / 0.3)); })));
  const Example laplace({"--rule", "lapsum", "--temperature", "0.3"});
  CHECK(laplace.value() == doctest::Approx(laplace.expected(
                               [](double x) { return x < 0 ? std::exp(x / 0.3) / 2 : 1 - std::exp(-x / 0.3) / 2; })));
}

TEST_CASE("retrieval: gradients of the rules") {
  const Example plain({"--rule", "identity", "--projection", "none"});
  const Example standardized({"--rule", "identity"});
  const Example blackbox({"--rule", "blackbox", "--lambda", "0.5"});
  // What arrives at the ranks: w/((1 + r)(1 + log(1 + r))); identity gives similarities, which are costs, its negative.
  std::vector<double> of_ranks(static_cast<std::size_t>(batch * candidates));
  for (std::int64_t q = 0; q < batch; ++q)
    for (std::int64_t i = 0; i < candidates; ++i) {
      const auto at = static_cast<std::size_t>(q * candidates + i);
      double before = 0;
      for (std::int64_t j = 0; j < candidates; ++j)
        before += !plain.is_relative(q, j) && plain.s(q, j) > plain.s(q, i) ? 1 : 0;
      of_ranks[at] = static_cast<double>(plain.relatives.weights()[static_cast<std::int64_t>(at)]) /
                     ((1 + before) * (1 + std::log1p(before)));
      CHECK(static_cast<double>(plain.similarities.gradient()[static_cast<std::int64_t>(at)]) ==
            doctest::Approx(-of_ranks[at]));
    }
  for (std::int64_t q = 0; q < batch; ++q) {
    double sum = 0;
    for (std::int64_t j = 0; j < candidates; ++j)
      sum += static_cast<double>(standardized.similarities.gradient()[q * candidates + j]);
    CHECK(sum == doctest::Approx(0).epsilon(1e-4));
  }
  // Blackbox: [ranks(s) − ranks(s + λ · batch · dy)]/(λ · batch), a query's own gradient being batch times its part.
  const double lambda = 0.5 * batch;
  for (std::int64_t q = 0; q < batch; ++q) {
    const auto moved = [&](std::int64_t j) {
      return blackbox.s(q, j) + lambda * of_ranks[static_cast<std::size_t>(q * candidates + j)];
    };
    for (std::int64_t i = 0; i < candidates; ++i) {
      double rank = 1, other = 1;
      for (std::int64_t j = 0; j < candidates; ++j) {
        rank += blackbox.s(q, j) > blackbox.s(q, i) ? 1 : 0;
        other += moved(j) > moved(i) ? 1 : 0;
      }
      CHECK(static_cast<double>(blackbox.similarities.gradient()[q * candidates + i]) ==
            doctest::Approx((other - rank) / lambda));
    }
  }
}

TEST_CASE("retrieval: margins hold relatives back") {
  const double without = Example({"--rule", "blackbox"}).value();
  CHECK(Example({"--rule", "blackbox", "--informed-margin", "0.3"}).value() > without);
  const Example informed({"--rule", "sigmoid", "--temperature", "1e-6", "--informed-margin", "0.3"});
  CHECK(informed.value() == doctest::Approx(informed.expected([](double x) { return step(x + 0.3); })));
  CHECK(Example({"--rule", "blackbox", "--noise-margin", "2"}).value() != without);
}

TEST_CASE("retrieval: triplets and pairs of the furthest relative and the nearest stranger") {
  const Example triplet({"--rule", "triplet"}), pairs({"--rule", "contrastive", "--distance", "0.9"});
  double triplets = 0, contrast = 0;
  for (std::int64_t q = 0; q < batch; ++q) {
    double relative = 1, stranger = -1;
    for (std::int64_t j = 0; j < candidates; ++j)
      (triplet.is_relative(q, j) ? relative : stranger) =
          triplet.is_relative(q, j) ? std::min(relative, triplet.s(q, j)) : std::max(stranger, triplet.s(q, j));
    // Of unit vectors at a cosine c.
    const double far = std::sqrt(2 - 2 * relative), near = std::sqrt(2 - 2 * stranger);
    triplets += std::max(0.0, far - near + 0.2) / batch;
    contrast += (far * far / 2 + std::pow(std::max(0.0, 0.9 - near), 2) / 2) / batch;
  }
  CHECK(triplet.value() == doctest::Approx(triplets).epsilon(1e-4));
  CHECK(pairs.value() == doctest::Approx(contrast).epsilon(1e-4));
}

TEST_CASE("retrieval: options of one method of a study") {
  const RetrievalOptions base = options_of({"--study", "blackbox,identity:none,imle:standardize:noise=0.1"});
  const RetrievalOptions imle = base.method("imle:standardize:noise=0.1:informed=0.2");
  CHECK(imle.common.rule == "imle");
  CHECK(imle.projection == "standardize");
  CHECK(imle.noise_margin == 0.1);
  CHECK(imle.informed_margin == 0.2);
  CHECK(imle.study.empty());
  for (const RuleSetting& setting : base.method("blackbox:lambda=3").make_rule().settings())
    if (setting.name == "lambda") CHECK(std::get<double>(setting.value) == 3.0 * batch);
  CHECK(base.method("sigmoid:temperature=0.5").temperature == 0.5);
  CHECK(base.method("identity").projection == "standardize");
  CHECK(base.method("identity:none").projection == "none");
  for (const char* wrong : {"", "magic", "identity:sideways", "identity:noise=", "identity:noise=-1",
                            "identity:noise=nan", "blackbox:lambda=0", "triplet:noise=1", "lapsum:center", "identity:"})
    CHECK_THROWS_AS(base.method(wrong), OptionError);
}
