#include <cotape/bench/steps/catalogue.h>
#include <cotape/engine/base/error.h>

#include <algorithm>

namespace cotape::bench {

const StepInfo& step_info(std::string_view name) {
  const auto found =
      std::find_if(steps_measured.begin(), steps_measured.end(), [&](auto& s) { return s.name == name; });
  if (found == steps_measured.end()) fail<ValueError>("no step \"", name, "\"");
  return *found;
}

std::vector<std::string> step_names() {
  std::vector<std::string> names;
  for (const StepInfo& step : steps_measured) names.emplace_back(step.name);
  return names;
}

}  // namespace cotape::bench
