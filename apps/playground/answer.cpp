#include <cotape/apps/playground/answer.h>
#include <cotape/apps/playground/descend.h>
#include <cotape/apps/playground/look.h>
#include <cotape/apps/playground/losses.h>
#include <cotape/apps/playground/net.h>
#include <cotape/apps/playground/program.h>
#include <cotape/engine/base/error.h>
#include <cotape/nn/train/json_text.h>
#include <cotape/solvers/layer/rule_table.h>

#include <array>

namespace cotape::app {
namespace {

Json setting_json(const RuleSetting& setting) {
  Json json = {{"name", setting.name}, {"help", setting.help}};
  if (const auto* flag = std::get_if<bool>(&setting.value)) json["value"] = *flag;
  if (const auto* count = std::get_if<std::int64_t>(&setting.value)) {
    json["value"] = *count;
    json["whole"] = true;
  }
  if (const auto* number = std::get_if<double>(&setting.value)) json["value"] = number_json(*number);
  if (const auto* noise = std::get_if<Noise>(&setting.value)) {
    json["value"] = noise->name();
    json["choices"] = {"gumbel", "normal", "laplace", "uniform", "none"};
  }
  if (const auto* choice = std::get_if<std::string>(&setting.value)) {
    json["value"] = *choice;
    json["choices"] = setting.choices;
  }
  json["positive"] = setting.range == RuleRange::positive;
  return json;
}

Json settings_json(std::string_view name, const std::vector<RuleSetting>& settings) {
  Json list = Json::array();
  for (const RuleSetting& setting : settings) list.push_back(setting_json(setting));
  return {{"name", name}, {"settings", std::move(list)}};
}

Json table(const Fields& state) {
  const PlaygroundProblem problem = read_problem(state);
  Json rules = Json::array();
  for (const NamedRule& rule : rules_for(problem.solver)) rules.push_back(settings_json(rule.name(), rule.settings()));
  const SolverTraits& solver = problem.traits();
  return {{"solver", solver.name},
          {"sense", problem.minimises() ? "minimise" : "maximise"},
          {"ties", solver.ties},
          {"losses", losses_for(problem)},
          {"with_own_gradient", {settings_json(name_of(Loss::fenchel_young), fenchel_young_settings())}},
          {"projections", projections_for(problem.solver)},
          {"margins", problem.zero_one ? Json{"none", "informed", "noise"} : Json{"none", "noise"}},
          {"rules", std::move(rules)}};
}

Json wanted(const Fields& request) {
  const Setup setup = read_setup(request.object("state"));
  const WantedSolution found = wanted_solution(setup.problem, request, setup.wanted);
  Json json = {{"wanted", numbers_json(found.solution.values())}};
  if (found.truth.size() > 0) json["truth"] = numbers_json(found.truth.values());
  return json;
}

Json program(const Fields& request) {
  const Fields state = request.object("state");
  return {{"text", program_of(read_setup(state), state)}};
}

Json answer_to(const Fields& request) {
  constexpr std::array<std::string_view, 8> all = {"table", "look", "wanted", "descend",
                                                   "race",  "net",  "tape",   "program"};
  const std::string ask = request.word("ask", all);
  if (ask == "table") return table(request.object("state"));
  if (ask == "look") return look(request.object("state"));
  if (ask == "wanted") return wanted(request);
  if (ask == "descend") return descend(request);
  if (ask == "race") return race(request);
  if (ask == "net") return train_net(request);
  if (ask == "tape") return {{"html", net_page(request)}};
  return program(request);
}

Answer refusal(const std::string& what) {
  return {false, Json{{"error", what}}.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace

Answer answer(std::string_view request) {
  try {
    if (const auto fault = find_json_fault(request))
      fail<ValueError>("the request is no JSON object: it ", fault->what, " (at byte ", fault->byte, ")");
    const Json json = Json::parse(request);
    return {true, answer_to(Fields(json, "")).dump(-1, ' ', false, Json::error_handler_t::replace)};
  } catch (const std::bad_alloc&) {
    return refusal("there is not enough memory for this request");
  } catch (const std::exception& error) {
    return refusal(error.what());
  }
}

}  // namespace cotape::app
