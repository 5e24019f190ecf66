#include <cotape/apps/common/train/options.h>
#include <cotape/apps/warcraft/export.h>
#include <cotape/apps/warcraft/maps.h>
#include <cotape/nn/train/run_folder.h>

#include <iostream>

namespace cotape::app {

CommandLine ExportOptions::add_to(CommandLine& line) {
  CommandLine save = line.add_subcommand("export", "Writes generated maps as files in the published format");
  save.add("--out", out, "Folder, in which one named 12x12 (for size 12) is made");
  save.require("--out");
  save.add("--size", size, "Cells along the edge of a map", between(4, 200));
  save.add("--train", train, "Maps to train on", between(1, 10000000));
  save.add("--val", val, "Maps to validate on", between(1, 10000000));
  save.add("--test", test, "Maps to test on", between(1, 10000000));
  save.add("--seed", seed, "Seed of the maps: what training calls --data-seed", a_seed());
  save.add("--threads", threads, "Threads that work; 0: all", between(0, 1024));
  return save;
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
