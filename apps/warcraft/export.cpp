#include <cotape/apps/common/train/options.h>
#include <cotape/apps/warcraft/export.h>
#include <cotape/apps/warcraft/maps.h>
#include <cotape/nn/train/run_folder.h>

#include <CLI/CLI.hpp>
#include <iostream>

namespace cotape::app {

CLI::App* ExportOptions::add_to(CLI::App& app) {
  CLI::App* sub = app.add_subcommand("export", "Writes generated maps as files in the published format");
  const auto count = [](CLI::Option* option) { option->check(CLI::Range(1, 10000000).description("")); };
  sub->add_option("--out", out, "Folder, in which one named 12x12 (for size 12) is made")->required();
  sub->add_option("--size", size, "Cells along the edge of a map")->check(CLI::Range(4, 200).description(""));
  count(sub->add_option("--train", train, "Maps to train on"));
  count(sub->add_option("--val", val, "Maps to validate on"));
  count(sub->add_option("--test", test, "Maps to test on"));
  sub->add_option("--seed", seed, "Seed of the maps: what training calls --data-seed")->check(a_seed());
  sub->add_option("--threads", threads, "Threads that work; 0: all")->check(CLI::Range(0, 1024).description(""));
  return sub;
}

void export_maps(const ExportOptions& options) {
  const std::string edge = std::to_string(options.size);
  const std::filesystem::path folder = options.out / (edge + "x" + edge);
  create_folder(folder);
  for (const auto& [split, count] : {std::pair{WarcraftSplit::train, options.train},
                                     {WarcraftSplit::val, options.val},
                                     {WarcraftSplit::test, options.test}}) {
    save_warcraft(folder, split, generate_maps(count, options.size, options.seed, split));
    std::cout << folder.string() << ": " << count << ' ' << to_string(split) << " maps" << std::endl;
  }
}

}  // namespace cotape::app
