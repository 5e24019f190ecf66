#include <cotape/apps/common/train/options.h>
#include <cotape/apps/common/train/statistic.h>
#include <cotape/bench/tapes/engine.h>
#include <cotape/bench/tapes/measure.h>
#include <cotape/engine/base/error.h>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>

using namespace cotape;
using namespace cotape::app;
using namespace cotape::bench::tapes;

namespace {

using MakeEngines = EngineKinds (*)();
// Null for a library that this program was built without.
#ifdef BENCH_TAPES_TORCH
constexpr MakeEngines torch = torch_engines;
#else
constexpr MakeEngines torch = nullptr;
#endif
#ifdef BENCH_TAPES_ADOLC
constexpr MakeEngines adolc = adolc_engines;
#else
constexpr MakeEngines adolc = nullptr;
#endif
#ifdef BENCH_TAPES_SACADO
constexpr MakeEngines sacado = sacado_engines;
#else
constexpr MakeEngines sacado = nullptr;
#endif

struct Library {
  const char *name, *package;  // of Debian
  MakeEngines engines;
};
constexpr Library libraries[] = {{"libtorch", "libtorch-dev", torch},
                                 {"ADOL-C", "libadolc-dev", adolc},
                                 {"Sacado", "libtrilinos-sacado-dev", sacado}};

struct Family {
  const char* name;
  std::vector<Problem> (*problems)(std::uint64_t seed);
};

// A family's problems as such that may be any.
template <class T, std::vector<T> (*make)(std::uint64_t)>
std::vector<Problem> any(std::uint64_t seed) {
  std::vector<Problem> problems;
  for (T& problem : make(seed)) problems.emplace_back(std::move(problem));
  return problems;
}
constexpr Family all_families[] = {{Gmm::name, any<Gmm, gmm_problems>},
                                   {Lstm::name, any<Lstm, lstm_problems>},
                                   {KMeans::name, any<KMeans, kmeans_problems>},
                                   {BundleAdjustment::name, any<BundleAdjustment, bundle_problems>},
                                   {LeastSquares::name, any<LeastSquares, least_squares_problems>}};

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const Family& family : all_families) names.push_back(family.name);
  return names;
}

struct TapeOptions {
  std::vector<std::string> problems = family_names();
  int repeats = 15;
  std::uint64_t seed = 1;
  bool quick = false;

  int rounds() const { return quick ? 2 : repeats; }
  double turn() const { return quick ? 0.001 : 0.02; }  // seconds that an engine computes before the next has its turn
};

// cotape's come first. A library that is not there is named.
EngineKinds all_engines() {
  EngineKinds kinds = cotape_engines();
  for (const Library& library : libraries) {
    if (!library.engines)
      std::cout << "without " << library.name
                << ", which was not found when this was built (Debian: " << library.package << ")\n";
    else
      for (EngineKind& kind : library.engines()) kinds.push_back(std::move(kind));
  }
  return kinds;
}

// What is known of an engine on one problem.
struct Measured {
  std::string engine;
  double seconds = 0;      // of one gradient, or of the objective alone
  double tape_bytes = 0;   // NaN where the library does not tell
  double peak_growth = 0;  // of the process, in bytes
  double difference = 0;   // from the first engine's gradient, relative
};

struct Case {
  Problem problem;
  std::vector<double> growths;  // of each kind of engine
};

constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

const std::string& size_of(const Problem& problem) {
  return std::visit([](const auto& p) -> const std::string& { return p.size; }, problem);
}
const char* name_of(const Problem& problem) {
  return std::visit([](const auto& p) { return p.name; }, problem);
}

// The memory of one gradient of each kind, once a smaller problem has brought the library's code into memory.
std::vector<double> growths(const EngineKinds& kinds, const Problem& problem, const Problem& smaller) {
  std::vector<double> all;
  for (const EngineKind& kind : kinds) {
    std::unique_ptr<Engine> engine;
    std::vector<double> gradient(start_of(problem).size());
    const auto prepare = [&] {
      std::vector<double> small_gradient(start_of(smaller).size());
      if (const auto small = kind.make(smaller)) small->gradient(start_of(smaller).data(), small_gradient.data());
      engine = kind.make(problem);
    };
    const auto work = [&] {
      if (engine) engine->gradient(start_of(problem).data(), gradient.data());
    };
    all.push_back(kind.records && &problem != &smaller ? peak_growth(prepare, work) : not_measured);
  }
  return all;
}

double largest(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) most = std::fmax(most, std::abs(value));
  return most;
}

// Every engine's value and gradient must be the same but for rounding before anything is timed.
double checked_difference(const std::string& engine, const Problem& problem, double value,
                          const std::vector<double>& gradient, double right_value,
                          const std::vector<double>& right_gradient) {
  constexpr double limit = 1e-8;
  double difference = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    const double d = std::abs(gradient[i] - right_gradient[i]);
    difference = std::isnan(d) ? std::numeric_limits<double>::infinity() : std::fmax(difference, d);
    if (std::isinf(difference)) break;
  }
  difference /= largest(right_gradient);
  if (!(std::abs(value - right_value) <= limit * std::abs(right_value)))
    fail<ValueError>(name_of(problem), " ", size_of(problem), ": the value is ", value, " with ", engine, ", ",
                     right_value, " in plain numbers");
  if (!(difference <= limit))
    fail<ValueError>(name_of(problem), " ", size_of(problem), ": the gradient of ", engine,
                     " differs from cotape's by ", difference, " of its largest element");
  return difference;
}

std::vector<Measured> measure(const Case& entry, const EngineKinds& kinds, const TapeOptions& options) {
  const Problem& problem = entry.problem;
  const std::vector<double>& start = start_of(problem);
  std::vector<Measured> all;
  std::vector<std::unique_ptr<Engine>> engines;
  std::vector<double> right;
  const double value = value_of(problem, start.data());
  double sum = 0;  // that the compiler cannot leave out what is timed
  all.push_back({"objective alone", 0, not_measured, not_measured, not_measured});
  std::vector<std::function<void()>> works = {[&] { sum += value_of(problem, start.data()); }};
  std::vector<double> gradient(start.size());
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    std::unique_ptr<Engine> engine = kinds[k].make(problem);
    if (!engine) continue;
    const double own = engine->gradient(start.data(), gradient.data());
    if (right.empty()) right = gradient;
    const double difference = checked_difference(kinds[k].name, problem, own, gradient, value, right);
    all.push_back({kinds[k].name, 0, engine->tape_bytes(), entry.growths[k], difference});
    works.push_back([&, e = engine.get()] { sum += e->gradient(start.data(), gradient.data()); });
    engines.push_back(std::move(engine));
  }
  const std::vector<double> seconds = median_seconds(works, options.rounds(), options.turn());
  if (!std::isfinite(sum)) fail<ValueError>(name_of(problem), ": a value is not finite");
  for (std::size_t i = 0; i < all.size(); ++i) all[i].seconds = seconds[i];
  return all;
}

std::string json_line(const Problem& problem, const Measured& m, double plain) {
  return R"({"bench":"tapes","problem":)" + Value(name_of(problem)).json() + R"(,"size":)" +
         Value(size_of(problem)).json() + R"(,"parameters":)" + Value(start_of(problem).size()).json() +
         R"(,"engine":)" + Value(m.engine).json() + R"(,"median_us":)" + Value(1e6 * m.seconds).json() +
         R"(,"objective_us":)" + Value(1e6 * plain).json() + R"(,"tape_bytes":)" + Value(m.tape_bytes).json() +
         R"(,"peak_growth_bytes":)" + Value(m.peak_growth).json() + R"(,"gradient_difference":)" +
         Value(m.difference).json() + "}\n";
}

std::string table_line(const std::array<std::string, 7>& cells) {
  std::array<char, 200> line{};
  std::snprintf(line.data(), line.size(), "%-17s %-22s %-23s %12s %11s %9s %10s\n", cells[0].c_str(), cells[1].c_str(),
                cells[2].c_str(), cells[3].c_str(), cells[4].c_str(), cells[5].c_str(), cells[6].c_str());
  return line.data();
}

std::string mebibytes(double bytes) { return std::isnan(bytes) ? "" : decimals(bytes / 0x1p20, 2); }

// Memory that is freed stays with the process: to get pages anew from the system each time, as glibc does by default
// for all that is large, costs libtorch and ADOL-C several times what they compute.
void keep_memory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
}

void run(const TapeOptions& options) {
  const EngineKinds kinds = all_engines();
  std::vector<Case> cases;
  for (const Family& family : all_families) {
    if (std::find(options.problems.begin(), options.problems.end(), family.name) == options.problems.end()) continue;
    std::vector<Problem> problems = family.problems(options.seed);
    if (options.quick) problems.erase(problems.begin() + 1, problems.end());
    for (Problem& problem : problems) cases.push_back({std::move(problem), {}});
  }
  // Memory first, while no engine has run in this process. Of a family the first problem is the smallest.
  const Case* smallest = nullptr;
  for (Case& entry : cases) {
    if (!smallest || smallest->problem.index() != entry.problem.index()) smallest = &entry;
    entry.growths = growths(kinds, entry.problem, smallest->problem);
  }
  keep_memory();
  std::string table = table_line({"problem", "size", "engine", "median us", "/ objective", "tape MiB", "growth MiB"});
  for (const Case& entry : cases) {
    const std::vector<Measured> all = measure(entry, kinds, options);
    const double plain = all[0].seconds;
    for (const Measured& m : all) {
      std::cout << json_line(entry.problem, m, plain) << std::flush;
      table += table_line({name_of(entry.problem), size_of(entry.problem), m.engine, decimals(1e6 * m.seconds, 1),
                           decimals(m.seconds / plain, 2), mebibytes(m.tape_bytes), mebibytes(m.peak_growth)});
    }
  }
  std::cout << table << std::flush;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line(
      "Times gradients in cotape, in double on one core, beside those of other tapes (libtorch, ADOL-C and Sacado "
      "where "
      "they are installed) on the problems of a neutral suite, once all gradients agree. Prints lines of JSON and a "
      "table.",
      "bench_tapes", {.column = 30});
  TapeOptions options;
  line.add("--problems", options.problems, "which of them", one_of(family_names()));
  line.add("--repeats", options.repeats, "how often every engine has its turn; the median counts", range(1, 1000));
  line.add("--seed", options.seed, "of the problems' data", a_seed());
  line.add("--quick", options.quick, "the smallest of each problem alone, in two short turns: no numbers to quote");
  return run_program(argc, argv, line, [&] {
    run(options);
    return Outcome::finished;
  });
}
