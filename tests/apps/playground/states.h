#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <cotape/apps/playground/answer.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/base/tensor.h>

// Small states of the playground's problems, and questions about them.
namespace playground_states {

using Json = nlohmann::ordered_json;

inline std::vector<double> numbers(std::int64_t count, std::uint64_t seed) {
  cotape::Tensor uniform(cotape::Shape{count});
  cotape::Rng(seed).uniform(uniform);
  std::vector<double> list;
  for (const cotape::real x : uniform.values()) list.push_back(static_cast<double>(x));
  return list;
}

// A state of each kind; its numbers follow from the seed.
inline Json state(std::string_view kind, std::uint64_t seed = 1) {
  Json state = {{"problem", kind},
                {"rule", "blackbox"},
                {"rate", 0.1},
                {"settings", {{"lambda", 0.5}, {"tau", 0.1}, {"sigma", 0.1}, {"samples", 4}, {"aimle-alpha", 1}}}};
  std::int64_t size = 0;
  const auto with = [&](const Json& more, std::int64_t count) {
    state.update(more);
    size = count;
  };
  if (kind == "grid") with({{"height", 5}, {"width", 6}}, 30);
  if (kind == "top_k") with({{"n", 7}, {"k", 3}}, 7);
  if (kind == "ranking") with({{"n", 5}, {"loss", "l2"}}, 5);
  if (kind == "tour") with({{"n", 7}, {"rate", 0.003}}, 14);
  if (kind == "assignment") with({{"height", 4}, {"width", 5}}, 20);
  if (kind == "spanning_tree") with({{"n", 6}, {"rate", 0.003}}, 12);
  if (kind == "knapsack") with({{"n", 6}, {"weights", {3, 4, 2, 5, 1, 6}}, {"capacity", 10}}, 6);
  if (kind == "min_cut")
    with({{"n", 5},
          {"edges", {0, 1, 0, 2, 1, 2, 1, 3, 2, 3, 2, 4, 3, 4}},
          {"positions", {0, 1, 1, 2, 1, 0, 2, 2, 3, 1}}},
         7);
  state["x"] = numbers(size, seed);
  return state;
}

inline Json ask(const Json& request) { return Json::parse(cotape::app::answer(request.dump()).json); }

// A state whose wanted solution is that of other numbers.
inline Json wanting(std::string_view kind, std::uint64_t seed = 1) {
  Json wants = state(kind, seed);
  wants["wanted"] = ask({{"ask", "wanted"}, {"state", state(kind, seed + 100)}})["wanted"];
  return wants;
}

}  // namespace playground_states
