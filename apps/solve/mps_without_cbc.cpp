#include <cotape/apps/solve/mps.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

namespace cotape::app {
namespace {

[[noreturn]] void fail_without_cbc(const std::filesystem::path& path) {
  fail<ValueError>(shown_path(path),
                   ": this program was built without CBC (Debian: coinor-libcbc-dev), which solves MPS files");
}

}  // namespace

Answer solve_mps_file(const std::filesystem::path& path) { fail_without_cbc(path); }
Answer solve_fixed_mps_file(const std::filesystem::path& path) { fail_without_cbc(path); }

}  // namespace cotape::app
