#include <cotape/apps/common/report/report.h>
#include <cotape/apps/gradients/charts.h>
#include <cotape/apps/gradients/report.h>
#include <cotape/data/pictures/image.h>
#include <cotape/engine/base/file.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace cotape::app {
namespace {

using Json = nlohmann::ordered_json;

std::string curves_csv(const std::vector<Study>& studies) {
  std::string text = "n,k,estimator,target,samples,problem,cosine,error,zeros\n";
  for (const Study& study : studies)
    for (const Curve& curve : study.curves)
      for (const Cell& cell : curve.cells)
        for (std::size_t i = 0; i < cell.cosine.size(); ++i)
          text += std::to_string(study.n) + "," + std::to_string(study.k) + "," + curve.estimator.name + "," +
                  name_of(curve.estimator.target) + "," + std::to_string(cell.samples) + "," + std::to_string(i + 1) +
                  "," + format_number(cell.cosine[i]) + "," + format_number(cell.error[i]) + "," +
                  format_number(cell.zeros[i]) + "\n";
  return text;
}

std::string sweep_csv(const std::vector<Study>& studies) {
  std::string text =
      "n,k,estimator,lambda,warm_up,cosine,cosine_deviation,bias,bias_deviation,sparsity,sparsity_deviation\n";
  const auto add = [&](const Study& study, const SweepPoint& point, const std::string& settings) {
    text += std::to_string(study.n) + "," + std::to_string(study.k) + "," + point.estimator + "," + settings;
    for (const Statistic& value : {point.cosine, point.bias, point.sparsity})
      text += "," + format_number(value.mean) + "," + format_number(value.deviation);
    text += "\n";
  };
  for (const Study& study : studies) {
    for (const SweepPoint& point : study.sweep)
      add(study, point, (point.setting > 0 ? format_number(point.setting) : "") + ",");
    for (const SweepPoint& point : study.warm_ups) add(study, point, "," + format_number(point.setting));
  }
  return text;
}

Json json_of(const Curve& curve) {
  Json json = {{"target", name_of(curve.estimator.target)}};
  for (const Cell& cell : curve.cells) {
    const Statistic cosine = statistic(cell.cosine);
    json["samples"].push_back(cell.samples);
    json["cosine"].push_back(cosine.mean);
    json["cosine_deviation"].push_back(cosine.deviation);
    json["error"].push_back(statistic(cell.error).mean);
    json["zeros"].push_back(statistic(cell.zeros).mean);
  }
  return json;
}

Json json_of(const Study& study) {
  Json json = {{"n", study.n}, {"k", study.k}, {"quadrature_error", study.quadrature_error}};
  for (const auto& [target, value] : study.targets)
    json["cosine_of_target_to_gumbel"][name_of(target)] = {{"mean", value.mean}, {"deviation", value.deviation}};
  json["best_lambda"] = {
      {"imle", study.best.imle}, {"imle-central", study.best.imle_central}, {"blackbox", study.best.blackbox}};
  for (const Curve& curve : study.curves) json["estimators"][curve.estimator.name] = json_of(curve);
  return json;
}

const Cell* cell_of(const Study& study, const std::string& estimator, std::int64_t samples) {
  for (const Curve& curve : study.curves)
    for (const Cell& cell : curve.cells)
      if (curve.estimator.name == estimator && cell.samples == samples) return &cell;
  return nullptr;
}

// "+0.0123 ± 0.0012": of the same problems, a's cosine minus b's, with the standard error of the mean.
std::string difference(const Cell* a, const Cell* b) {
  if (a == nullptr || b == nullptr) return "–";
  std::vector<double> values;
  for (std::size_t i = 0; i < a->cosine.size(); ++i) values.push_back(a->cosine[i] - b->cosine[i]);
  const Statistic value = statistic(values);
  return (value.mean > 0 ? "+" : "") + decimals(value.mean) + " ± " +
         decimals(value.deviation / std::sqrt(static_cast<double>(values.size())));
}

// Samples at which the mean cosine first reaches a level, on a logarithmic scale.
std::string samples_until(const Study& study, const std::string& estimator, double level) {
  for (const Curve& curve : study.curves) {
    if (curve.estimator.name != estimator) continue;
    double before = 0, samples_before = 0;
    for (const Cell& cell : curve.cells) {
      const double now = statistic(cell.cosine).mean, samples = static_cast<double>(cell.samples);
      if (now >= level && samples_before == 0) return "≤ " + std::to_string(cell.samples);
      if (now >= level)
        return std::to_string(
            std::lround(samples_before * std::pow(samples / samples_before, (level - before) / (now - before))));
      before = now, samples_before = samples;
    }
  }
  return "–";
}

// The samples that the tables look at: 1000, or as near as the options allow.
std::int64_t table_samples(const GradientsOptions& options) {
  return *std::min_element(options.samples.begin(), options.samples.end(), [](std::int64_t a, std::int64_t b) {
    return std::abs(std::log10(static_cast<double>(a) / 1000)) < std::abs(std::log10(static_cast<double>(b) / 1000));
  });
}

// The findings that the papers claim.
void add_findings(Report& report, const GradientsOptions& options, const std::vector<Study>& studies) {
  const std::int64_t samples = table_samples(options);
  const std::string count = std::to_string(samples);
  report.section("What is closer to the truth");
  report.text("Differences of cosine similarity on the same problems, with S = " + count +
              " samples; ± is the standard error of the mean. λ of I-MLE is the best of the sweep, in hindsight.");
  std::vector<std::vector<std::string>> rows;
  for (const Study& study : studies) {
    const auto cell = [&](const char* name) { return cell_of(study, name, samples); };
    rows.push_back({title_of(study), difference(cell("aimle-central"), cell("imle-central-best")),
                    difference(cell("aimle"), cell("imle-best")), difference(cell("aimle-central"), cell("aimle")),
                    difference(cell("imle-central-best"), cell("imle-best")),
                    difference(cell("aimle-central"), cell("sfe-exact"))});
  }
  report.table({"", "AIMLE − I-MLE, central", "AIMLE − I-MLE, forward", "AIMLE central − forward",
                "I-MLE central − forward", "AIMLE central − SFE"},
               rows);

  report.section("Samples until the mean cosine is 0.9");
  report.text("Interpolated between the numbers of samples that were tried; – where that is not reached.");
  std::vector<std::string> columns = {"estimator"};
  for (const Study& study : studies) columns.push_back(title_of(study));
  rows.clear();
  for (const char* name : {"straight-through", "imle-best", "imle-central-best", "aimle", "aimle-central", "sfe-exact",
                           "sfe-noise", "sfe-noise-loo", "perturbed-gumbel-loo"}) {
    rows.push_back({name});
    for (const Study& study : studies) rows.back().push_back(samples_until(study, name, 0.9));
  }
  report.table(columns, rows);
}

// The targets of an estimator in all studies: "gumbel, exponential-family".
std::string targets_of(const std::vector<Study>& studies, const std::string& estimator) {
  std::string text;
  for (const Study& study : studies)
    for (const Curve& curve : study.curves) {
      const std::string name = name_of(curve.estimator.target);
      if (curve.estimator.name == estimator && text.find(name) == text.npos) text += (text.empty() ? "" : ", ") + name;
    }
  return text;
}

void add_all_estimators(Report& report, const GradientsOptions& options, const std::vector<Study>& studies) {
  const std::int64_t samples = table_samples(options);
  report.section("All estimators, S = " + std::to_string(samples));
  report.text(
      "Mean cosine similarity to the true gradient of the estimator's own objective, ± deviation over problems.");
  std::vector<std::string> columns = {"estimator", "target"};
  for (const Study& study : studies) columns.push_back(title_of(study));
  std::vector<std::vector<std::string>> rows;
  for (const Study& study : studies)
    for (const Curve& curve : study.curves) {
      const std::string& name = curve.estimator.name;
      if (std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row[0] == name; })) continue;
      rows.push_back({name, targets_of(studies, name)});
      for (const Study& column : studies) {
        const Cell* cell = cell_of(column, name, samples);
        const Statistic value = cell == nullptr ? Statistic{} : statistic(cell->cosine);
        rows.back().push_back(cell == nullptr ? "–" : decimals(value.mean) + " ± " + decimals(value.deviation));
      }
    }
  report.table(columns, rows);
}

}  // namespace

void start_results(const RunFolder& folder, const GradientsOptions& options) {
  folder.clear({"summary.json", "report.html", "gradients.csv", "sweep.csv"});
  folder.write_config(options.settings());
}

void write_results(const RunFolder& folder, const GradientsOptions& options, const std::vector<Study>& studies,
                   double seconds) {
  write_file(folder.file("gradients.csv"), curves_csv(studies));
  write_file(folder.file("sweep.csv"), sweep_csv(studies));
  Json summary = {{"app", "gradients"}, {"seed", options.seed}, {"seeds", options.seeds}};
  for (const Study& study : studies) summary["problems"].push_back(json_of(study));
  summary["seconds"] = seconds;
  write_file(folder.file("summary.json"), summary.dump(1) + "\n");

  Report report("Estimators of gradients through a solver",
                "Cosine similarity to the exact gradient of E‖z − b‖², z = top-k of noisy scores, for every gradient "
                "rule, by number of samples.");
  const auto add = [&](const Study& study, const std::string& name, const Chart& chart) {
    write_png(folder.file(name + "_" + file_name_of(study) + ".png"), to_picture(chart));
    report.chart(chart);
  };
  report.text(
      "The truth is that of z = top-k of θ + Gumbel noise, by enumeration; for one-hot z this is softmax. Estimators "
      "that draw otherwise have another objective, which the last table names, and are compared with its gradient.");
  add_findings(report, options, studies);
  for (const Study& study : studies) {
    report.section(title_of(study));
    add(study, "papers", cosine_chart(study, Group::papers));
    add(study, "distance", distance_chart(study));
    add(study, "variants", cosine_chart(study, Group::variants));
    add(study, "others", cosine_chart(study, Group::others));
    add(study, "perturbed", cosine_chart(study, Group::perturbed));
    add(study, "lambda", sweep_chart(study));
    add(study, "bias", bias_chart(study));
    if (!study.warm_ups.empty()) add(study, "warm_up", warm_up_chart(study));
  }
  add_all_estimators(report, options, studies);
  write_report(folder, std::move(report), options.settings());
}

}  // namespace cotape::app
