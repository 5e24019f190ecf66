#include <cotape/apps/common/options.h>
#include <cotape/apps/common/statistic.h>
#include <cotape/apps/label_ranking/cross_validation.h>
#include <cotape/apps/label_ranking/published.h>
#include <cotape/engine/parallel.h>
#include <CLI/CLI.hpp>
#include <iostream>
using namespace cotape;
using namespace cotape::app;
int main(int argc, char** argv) {
  CLI::App app("x", "label_ranking");
  LabelRankingOptions options;
  options.add_to(app);
  return run_program(argc, argv, app, [&] {
    const ThreadLimit threads(options.threads);
    for (const auto& f : data_files(options.data)) {
      auto r = cross_validate(name_of(f), read_label_ranking(f), options, [] { return true; });
      std::cout << r->name << "  " << r->seconds << "s" << std::endl;
      for (auto& l : r->losses) {
        std::vector<double> s, in;
        std::string chosen;
        for (auto& x : l.folds) {
          s.push_back(x.spearman);
          in.push_back(x.inner);
          chosen += " " + short_number(x.rate) + "/" + short_number(x.epsilon);
        }
        auto p = published(r->name, l.loss);
        std::cout << "   " << name_of(l.loss) << " inner " << decimals(statistic(in).mean, 3) << " test "
                  << decimals(statistic(s).mean, 3) << " ± " << decimals(statistic(s).deviation, 3) << " paper "
                  << (p ? decimals(*p, 2) : "-") << chosen << std::endl;
      }
    }
    return Outcome::finished;
  });
}
