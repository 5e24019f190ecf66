#include <cotape/apps/common/report/report.h>
#include <cotape/apps/common/train/options.h>
#include <cotape/apps/tour/steps.h>
#include <cotape/engine/base/error.h>
#include <cotape/nn/train/run_folder.h>

#include <iostream>

using namespace cotape;
using namespace cotape::app;

namespace {

// The steps that the argument names: a number from 1 on, a name, or "all".
std::span<const Step> chosen_steps(const std::string& which) {
  const std::span<const Step> all = tour_steps();
  if (which == "all") return all;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (which == all[i].name || which == std::to_string(i + 1)) return all.subspan(i, 1);
  fail<ValueError>("there is no step \"", which, "\": 1 to ", all.size(), ", a name that --list shows, or all");
}

std::size_t number_of(const Step& step) { return static_cast<std::size_t>(&step - tour_steps().data()) + 1; }

// Adds a step to the report, and writes its pages beside it.
void put(Report& report, const RunFolder& folder, const Step& step, const Lesson& lesson) {
  report.section(std::to_string(number_of(step)) + ". " + step.title);
  report.command(lesson.text());
  for (const Chart& chart : lesson.charts()) report.chart(chart);
  for (std::size_t i = 0; i < lesson.pages().size(); ++i) {
    Inspection page = lesson.pages()[i];
    page.title = page.title == Inspection().title ? step.title : step.title + (": " + page.title);
    const std::string suffix = lesson.pages().size() > 1 ? "_" + std::to_string(i + 1) : "";
    const std::string file = std::to_string(number_of(step)) + "_" + step.name + suffix + ".html";
    write_inspection(folder.file(file), page);
    report.page(to_html(page), file);
  }
}

Outcome run(const std::string& which, const std::string& out) {
  const RunFolder folder(out);
  if (!out.empty()) create_folder(out);
  Report report("A tour of gradients", "Seven short programs, what they print, and their tapes to walk through.");
  const std::span<const Step> steps = chosen_steps(which);
  for (const Step& step : steps) {
    Lesson lesson;
    step.run(lesson);
    std::cout << (steps.size() > 1 ? std::to_string(number_of(step)) + ". " + step.title + "\n" : "") << lesson.text()
              << (steps.size() > 1 ? "\n" : "");
    if (!out.empty()) put(report, folder, step, lesson);
  }
  if (!out.empty()) report.write(folder.report());
  return Outcome::finished;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line("A guided tour: how a gradient finds its way, also through a solver.", "tour", {.column = 30});
  std::string which, out;
  bool list = false;
  line.add("--list", list, "Names of the steps");
  line.add("step", which, "A step's number or name, or all");
  line.add("--out", out, "Folder for report.html and the pages of the tapes");
  return run_program(argc, argv, line, [&] {
    if (!list && which.empty()) fail<ValueError>("name a step, or all; --list shows them");
    if (!list) return run(which, out);
    for (const Step& step : tour_steps())
      std::cout << number_of(step) << "  " << step.name << ": " << step.title << "\n";
    return Outcome::finished;
  });
}
