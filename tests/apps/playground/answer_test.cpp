#include <cotape/apps/playground/answer.h>
#include <cotape/engine/base/parallel.h>
#include <cotape/solvers/layer/rule_table.h>
#include <cotape/solvers/losses/fenchel_young.h>
#include <cotape/solvers/losses/regret.h>
#include <cotape/solvers/paths/grid_path.h>
#include <cotape/solvers/perturb/projections.h>
#include <cotape/solvers/select/topk.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "states.h"

using namespace cotape;
using cotape::app::Answer;
using playground_states::Json;
using playground_states::state;
using playground_states::wanting;

namespace {

const std::vector<std::string> kinds = {"grid",       "top_k",         "ranking",  "tour",
                                        "assignment", "spanning_tree", "knapsack", "min_cut"};

Json good(const Json& request) {
  const Answer reply = app::answer(request.dump());
  INFO(reply.json.substr(0, 300));
  REQUIRE(reply.good);
  return Json::parse(reply.json);
}

std::string error_of(const std::string& request) {
  const Answer reply = app::answer(request);
  CHECK_FALSE(reply.good);
  return Json::parse(reply.json).value("error", "");
}

std::vector<double> list(const Json& json) { return json.get<std::vector<double>>(); }

double sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}

const Json& of_rule(const Json& answer, const std::string& name) {
  for (const Json& rule : answer["rules"])
    if (rule["name"] == name) return rule;
  FAIL("no rule ", name);
  return answer;
}

std::vector<double> solved(const GridPath& path, const std::vector<double>& costs) {
  std::vector<real> in(costs.begin(), costs.end()), out(costs.size());
  path.solve(in, out);
  return {out.begin(), out.end()};
}

}  // namespace

TEST_CASE("playground: a grid's path, loss, and gradients by their formulas") {
  const Json grid = wanting("grid");
  const Json answer = good({{"ask", "look"}, {"state", grid}});
  const GridPath path{.height = 5, .width = 6};
  const std::vector<double> x = list(grid["x"]), y = solved(path, x), wanted = list(grid["wanted"]);
  CHECK(list(answer["solution"]) == y);
  double differ = 0;
  for (std::size_t i = 0; i < y.size(); ++i) differ += y[i] != wanted[i];
  REQUIRE(differ > 0);
  CHECK(answer["loss"] == differ);

  std::vector<double> moved = x, identity;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dy = 1 - 2 * wanted[i];
    identity.push_back(-dy);  // of costs, which are negated scores
    moved[i] = std::max(0.0, x[i] + 0.5 * dy);
  }
  CHECK(list(of_rule(answer, "identity")["gradient"]) == identity);
  const std::vector<double> other = solved(path, moved), blackbox = list(of_rule(answer, "blackbox")["gradient"]);
  std::int64_t zeros = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    CHECK(blackbox[i] == doctest::Approx((other[i] - y[i]) / 0.5));
    zeros += blackbox[i] == 0;
  }
  CHECK(of_rule(answer, "blackbox")["zeros"].get<double>() == doctest::Approx(double(zeros) / 30));
  CHECK(of_rule(answer, "blackbox")["calls_backward"] == 1);
  CHECK(of_rule(answer, "imle")["calls_forward"] == 4);
  CHECK(of_rule(answer, "imle-central")["calls_backward"] == 8);
  CHECK(answer["shown"]["columns"].size() == answer["rules"].size());
}

TEST_CASE("playground: every kind of problem is answered under every rule that goes with it") {
  for (const std::string& kind : kinds) {
    CAPTURE(kind);
    Json looked = wanting(kind);
    looked["line"] = true;
    const Json answer = good({{"ask", "look"}, {"state", looked}}), table = good({{"ask", "table"}, {"state", looked}});
    CHECK(answer["rules"].size() == table["rules"].size());
    for (const Json& rule : answer["rules"]) {
      CAPTURE(rule["name"].get<std::string>());
      if (rule.contains("error")) {
        CHECK(kind == "ranking");
        CHECK(rule["name"] == "lpgd");
        continue;
      }
      CHECK(rule["gradient"].size() == looked["x"].size());
      for (const Json& g : rule["gradient"]) CHECK(g.is_number());
    }
    CHECK(answer["line"]["t"].size() == 61);
    CHECK(answer["line"]["loss"][20] == answer["loss"]);  // where the state is
  }
}

TEST_CASE("playground: Blackbox's interpolation is what its formula says") {
  Json grid = wanting("grid");
  grid["line"] = true;
  const Json line = good({{"ask", "look"}, {"state", grid}})["line"];
  REQUIRE(line["rule"] == "blackbox");
  const GridPath path{.height = 5, .width = 6};
  const std::vector<double> x = list(grid["x"]), wanted = list(grid["wanted"]), y = solved(path, x);
  std::vector<double> moved = x;
  for (std::size_t i = 0; i < x.size(); ++i) moved[i] = std::max(0.0, x[i] + 0.5 * (1 - 2 * wanted[i]));
  const std::vector<double> other = solved(path, moved);
  // min ⟨ω + λ dy, y⟩ / λ − min ⟨ω, y⟩ / λ, and what the Hamming loss has besides ⟨dy, y⟩.
  double expected = sum(wanted);
  for (std::size_t i = 0; i < x.size(); ++i) expected += (moved[i] * other[i] - x[i] * y[i]) / 0.5;
  CHECK(line["blackbox"][20].get<double>() == doctest::Approx(expected).epsilon(1e-4));
}

TEST_CASE("playground: the regret is by the true costs that a wanted solution was found for") {
  for (const std::string& kind : kinds) {
    CAPTURE(kind);
    const Json other = state(kind, 101), found = good({{"ask", "wanted"}, {"state", other}});
    Json regretful = state(kind);
    regretful.update({{"loss", "regret"}, {"wanted", found["wanted"]}, {"truth", found["truth"]}, {"line", true}});
    const Json answer = good({{"ask", "look"}, {"state", regretful}});
    const std::vector<double> solution = list(answer["solution"]), truth = list(found["truth"]);
    const double sign = answer["shown"]["sense"] == "minimise" ? 1 : -1;
    double expected = 0;
    for (std::size_t i = 0; i < truth.size(); ++i)
      expected += sign * truth[i] * (solution[i] - found["wanted"][i].get<double>());
    CHECK(answer["loss"].get<double>() == doctest::Approx(expected).epsilon(1e-4));
    CHECK(expected > -1e-5);  // nothing is better than the solution for the true costs
    CHECK(answer["line"]["loss"][20].get<double>() == doctest::Approx(expected).epsilon(1e-4));
    if (kind == "tour" || kind == "spanning_tree") continue;  // whose numbers are points
    for (std::size_t i = 0; i < truth.size(); ++i)            // Identity hands dy on, to costs as negated scores
      CHECK(of_rule(answer, "identity")["gradient"][i].get<double>() == doctest::Approx(-truth[i]));
  }
  // The engine's own measure says the same.
  const Json other = state("top_k", 101), found = good({{"ask", "wanted"}, {"state", other}});
  Json top = state("top_k");
  top.update({{"loss", "regret"}, {"wanted", found["wanted"]}, {"truth", found["truth"]}});
  const auto tensor = [](const Json& numbers) {
    Tensor x(Shape{1, 7});
    for (std::int64_t i = 0; i < 7; ++i) x[i] = numbers[static_cast<std::size_t>(i)].get<real>();
    return x;
  };
  const Regret regret = cotape::regret(std::make_shared<Oracle>(TopK{.n = 7, .k = 3}), tensor(top["x"]),
                                       tensor(found["truth"]), tensor(found["wanted"]));
  REQUIRE(regret.total() > 0);
  CHECK(good({{"ask", "look"}, {"state", top}})["loss"].get<double>() == doctest::Approx(regret.total()));
}

TEST_CASE("playground: without true costs the regret counts what is missing") {
  Json grid = wanting("grid");
  grid["loss"] = "regret";
  const Json answer = good({{"ask", "look"}, {"state", grid}});
  double astray = 0;
  for (std::size_t i = 0; i < 30; ++i)
    astray += answer["solution"][i].get<double>() * (1 - grid["wanted"][i].get<double>());
  REQUIRE(astray > 0);
  CHECK(answer["loss"] == astray);
  CHECK_FALSE(good({{"ask", "wanted"}, {"clicked", 3}, {"state", wanting("top_k")}}).contains("truth"));
}

TEST_CASE("playground: Fenchel and Young's loss brings its own gradient") {
  Json top = wanting("top_k");
  top.update({{"loss", "fenchel_young"}, {"projection", "center"}, {"line", true}});
  top["settings"] = {{"sigma", 0.3}, {"samples", 16}, {"noise", "normal"}};
  const Json answer = good({{"ask", "look"}, {"state", top}}), &own = answer["own"];
  CHECK(answer["rules"].empty());
  CHECK(own["calls_forward"] == 16);
  CHECK(own["calls_backward"] == 0);

  Tensor x(Shape{1, 7}), wanted(Shape{1, 7});
  for (std::int64_t i = 0; i < 7; ++i) {
    x[i] = top["x"][static_cast<std::size_t>(i)].get<real>();
    wanted[i] = top["wanted"][static_cast<std::size_t>(i)].get<real>();
  }
  const Solver solver = TopK{.n = 7, .k = 3};
  Tape tape;
  const Var numbers = tape.variable(x);
  Rng rng(1);
  const Var loss = fenchel_young(solver, project(numbers, Projection::center, solver.traits()), tape.constant(wanted),
                                 {.epsilon = real(0.3), .samples = 16}, rng);
  tape.backward(loss);
  CHECK(own["loss"].get<double>() == doctest::Approx(loss.value().item()));
  CHECK(answer["loss"] == own["loss"]);
  const Json& mean = answer["shown"]["columns"][0]["exhibits"][0]["values"];
  for (std::size_t i = 0; i < 7; ++i) {
    const auto gradient = static_cast<double>(numbers.gradient()[static_cast<std::int64_t>(i)]);
    CHECK(own["gradient"][i].get<double>() == doctest::Approx(gradient));
    CHECK(mean[i].get<double>() - top["wanted"][i].get<double>() == doctest::Approx(gradient).epsilon(1e-4));
  }

  // Along the gradient it is convex, and where the state is it has its value.
  const std::vector<double> line = list(answer["line"]["loss"]), perceptron = list(answer["line"]["perceptron"]);
  REQUIRE(line.size() == 61);
  CHECK(answer["line"]["samples"] == 16);
  CHECK(line[20] == doctest::Approx(loss.value().item()).epsilon(1e-4));
  for (std::size_t p = 1; p < 60; ++p) CHECK(line[p - 1] + line[p + 1] > 2 * line[p] - 1e-5);
  for (const double value : perceptron) CHECK(value > -1e-5);
  CHECK(line[24] < line[20]);
}

TEST_CASE("playground: Fenchel and Young's loss of every kind of problem, and descents down it") {
  int moved = 0;
  for (const std::string& kind : kinds) {
    CAPTURE(kind);
    Json wants = wanting(kind);
    wants.update({{"loss", "fenchel_young"}, {"line", true}, {"settings", {{"sigma", 0.1}, {"samples", 32}}}});
    if (kind != "tour" && kind != "spanning_tree") wants["rate"] = 0.01;
    const Json answer = good({{"ask", "look"}, {"state", wants}});
    CHECK(answer["own"]["gradient"].size() == wants["x"].size());
    CHECK(answer["shown"]["columns"].size() == 1);
    const Json whole = good({{"ask", "descend"}, {"state", wants}, {"steps", 30}});
    CHECK(whole["learned"].empty());
    if (answer["own"]["norm"] == 0) continue;  // it rests already
    ++moved;
    CHECK(answer["line"]["t"].size() == 61);
    CHECK(whole["loss"].back() < whole["loss"].front());
  }
  CHECK(moved >= 6);
  const Json own = good({{"ask", "table"}, {"state", state("grid")}})["with_own_gradient"];
  REQUIRE(own.size() == 1);
  CHECK(own[0]["name"] == "fenchel_young");
  CHECK(own[0]["settings"].size() == 3);
}

TEST_CASE("playground: a rule that would take too long says so, and the others are answered") {
  Json large = state("grid");
  large.update({{"height", 32}, {"width", 32}, {"x", playground_states::numbers(1024, 1)}});
  const Json answer = good({{"ask", "look"}, {"state", large}});
  CHECK(of_rule(answer, "blackbox")["gradient"].size() == 1024);
  CHECK(of_rule(answer, "regularized")["error"].get<std::string>().find("too much for one request") == 0);
}

TEST_CASE("playground: what is pointed at becomes a solution that has it") {
  const auto wanted = [](const std::string& kind, Json request) {
    request["ask"] = "wanted";
    request["state"] = wanting(kind);
    return list(good(request)["wanted"]);
  };
  const std::vector<double> path = wanted("grid", {{"via", {3, 0, 4, 0, 4, 2}}});
  for (const std::size_t cell : {0U, 6U, 12U, 26U, 29U}) CHECK(path[cell] == 1);
  CHECK(path[24] == 0);                                    // a corner
  CHECK(wanted("grid", {{"via", {0, 3, 0, 1}}})[3] == 0);  // a loop is cut off
  std::vector<double> costs;
  for (const double on : path) costs.push_back(on > 0 ? 0.01 : 1);
  CHECK(solved(GridPath{.height = 5, .width = 6}, costs) == path);  // it can be the cheapest
  for (const std::string kind : {"top_k", "assignment", "knapsack"}) {
    CAPTURE(kind);
    const std::vector<double> before = list(wanting(kind)["wanted"]);
    for (const std::size_t entry : {0U, 3U}) {
      const std::vector<double> after = wanted(kind, {{"clicked", entry}});
      CHECK(after[entry] == 1 - before[entry]);
      if (kind != "knapsack") CHECK(sum(after) == sum(before));
    }
  }
  const std::vector<double> tree = wanted("spanning_tree", {{"clicked", 4}}), tour = wanted("tour", {{"clicked", 3}});
  CHECK(sum(tree) == 5);
  CHECK(tour[3] == tour[3 * 7]);
  CHECK(sum(tour) == 14);
  CHECK(wanted("min_cut", {{"side", {1}}}) == std::vector<double>{0, 1, 1, 1, 0, 0, 0});
  const std::vector<double> ranks = list(wanting("ranking")["wanted"]), up = wanted("ranking", {{"clicked", 2}});
  CHECK(up[2] == (ranks[2] == 5 ? 1 : ranks[2] + 1));
  CHECK(sum(up) == 15);
}

TEST_CASE("playground: a descent reaches the wanted path, and goes on where it was broken off") {
  Json grid = wanting("grid");
  for (const std::string rule : {"identity", "blackbox", "imle", "aimle"}) {
    CAPTURE(rule);
    grid["rule"] = rule;
    const Json whole = good({{"ask", "descend"}, {"state", grid}, {"steps", 40}});
    CHECK(whole["loss"].back() < whole["loss"].front());
    Json half = good({{"ask", "descend"}, {"state", grid}, {"steps", 15}});
    Json later = grid;
    later["x"] = half["x"];
    const Json rest =
        good({{"ask", "descend"}, {"state", later}, {"steps", 25}, {"at", half["at"]}, {"learned", half["learned"]}});
    CHECK(rest["x"] == whole["x"]);
    CHECK(rest["learned"] == whole["learned"]);
    CHECK(rest["loss"].back() == whole["loss"].back());
    for (const Json& cost : whole["x"]) CHECK(cost >= 0);
  }
}

TEST_CASE("playground: without a projection scores run away, and a margin makes answers stand") {
  Json rows = {{"problem", "top_k"}, {"n", 10}, {"k", 3}, {"rows", 16}, {"rule", "identity"}, {"rate", 3}};
  rows["x"] = playground_states::numbers(160, 5);
  Json wanted = Json::array();
  for (int i = 0; i < 160; ++i) wanted.push_back(i % 10 < 3 ? 1 : 0);
  rows["wanted"] = wanted;
  const Json start = rows["x"];
  const auto with = [&](Json more) {
    more["x"] = start;
    return more;
  };
  const Json race = good(
      {{"ask", "race"},
       {"state", rows},
       {"steps", 150},
       {"variants",
        {with({{"loss", "hamming"}}), with({{"loss", "hamming"}, {"projection", "standardize"}}),
         with({{"loss", "l1"}, {"projection", "standardize"}}),
         with({{"loss", "l1"}, {"projection", "standardize"}, {"margin", "informed"}, {"alpha", 0.2}})}}})["variants"];
  REQUIRE(race.size() == 4);
  CHECK(race[0]["norm"].back() > 10 * race[0]["norm"].front().get<double>());
  CHECK(race[1]["norm"].back() < 2 * race[1]["norm"].front().get<double>());
  CHECK(race[2]["right"].back() < 0.97);
  CHECK(race[3]["right"].back() > 0.99);
}

TEST_CASE("playground: a net learns its points, and counts its dead units") {
  Json net = {{"ask", "net"}, {"hidden", {8}}, {"rate", 0.05}, {"steps", 100}};
  Json points = Json::array();
  for (int i = 0; i < 20; ++i)
    for (const double value :
         {0.9 * std::cos(0.3 * i) * (i % 2 ? 1 : 0.3), 0.9 * std::sin(0.3 * i) * (i % 2 ? 1 : 0.3), double(i % 2)})
      points.push_back(value);
  net["points"] = points;
  const Json first = good(net);
  CHECK(first["loss"].size() == 101);
  CHECK(first["right"] == 1);
  CHECK(first["surface"].size() == 1600);
  CHECK(first["layers"].size() == 2);

  net["weights"] = first["weights"];
  net["steps"] = 0;
  CHECK(good(net)["loss"][0] == first["loss"].back());
  for (std::size_t i = 0; i < 8; ++i) net["weights"][16 + i] = i < 3 ? -100 : 100;  // biases
  CHECK(good(net)["layers"][0]["dead"] == 3);
  net["ask"] = "tape";
  CHECK(good(net)["html"].get<std::string>().find("hidden1") != std::string::npos);
}

TEST_CASE("playground: the same answer for any number of threads") {
  for (const std::string& kind : kinds)
    for (const std::string loss : {"l2", "fenchel_young"}) {
      Json looked = wanting(kind);
      looked.update({{"line", true}, {"loss", loss}});
      const std::string request = Json{{"ask", "look"}, {"state", looked}}.dump();
      const std::string many = app::answer(request).json;
      const ThreadLimit one(1);
      CHECK(app::answer(request).json == many);
    }
}

TEST_CASE("playground: a bad request has an answer that says what is wrong with it") {
  const auto with = [](const std::string& kind, const Json& change, const std::string& ask = "look") {
    Json bad = state(kind);
    bad.update(change);
    return Json{{"ask", ask}, {"state", bad}, {"steps", 10}}.dump();
  };
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"", "does not begin with '{'"},
      {"{", "is not valid JSON"},
      {R"({"ask": NaN})", "is not valid JSON"},
      {"{\"ask\": \"look\", \"ask\": \"net\"}", "two entries \"ask\""},
      {"{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}", "nested deeper than 64 levels"},
      {"{}", "there is no ask"},
      {R"({"ask": "files"})", "ask is one of table"},
      {"{\"ask\": \"\x1b[31m\"}", "not valid JSON"},
      {R"({"ask": "\u001b[31m"})", R"(not "\x1b[31m")"},
      {R"({"ask": "look", "state": 3})", "state is no object"},
      {with("grid", {{"problem", "../../etc/passwd"}}), "state.problem is one of grid"},
      {with("grid", {{"height", 1'000'000'000}}), "state.height = 1e+09 is not in 1 … 32"},
      {with("grid", {{"height", 2.5}}), "state.height = 2.5 is no whole number"},
      {with("grid", {{"height", 6}}), "state.x has 30 entries, not 36"},
      {with("grid", {{"rows", 65}}), "state.rows = 65 is not in 1 … 64"},
      {with("tour", {{"n", 13}}), "state.n = 13 is not in 3 … 12"},
      {with("top_k", {{"k", 8}}), "state.k = 8 is not in 1 … 7"},
      {with("top_k", {{"x", {0, 1, 2, "3", 4, 5, 6}}}), "state.x[3] is no number"},
      {with("top_k", {{"x", {0, 1, 2, 1e30, 4, 5, 6}}}), "state.x[3] = 1e+30 is not in -1e+06 … 1e+06"},
      {with("min_cut", {{"edges", {0, 1, 9, 2}}}), "state.edges[2] = 9 is not in 0 … 4"},
      {with("min_cut", {{"edges", {0, 1, 2}}}), "state.edges has no pairs of nodes"},
      {with("knapsack", {{"weights", {1, 2}}}), "state.weights has 2 entries, not 6"},
      {with("grid", {{"loss", "remorse"}}), "state.loss is one of hamming, l1, l2, regret, fenchel_young"},
      {with("grid", {{"loss", "regret"}, {"truth", {1, 2}}}), "state.truth has 2 entries, not 30"},
      {with("grid", {{"loss", "fenchel_young"}, {"settings", {{"sigma", -1}}}}),
       "state.settings.sigma = -1 is not in 0"},
      {with("grid", {{"projection", "center"}}), "state.projection is one of none, unit_norm"},
      {with("ranking", {{"loss", "hamming"}}), "state.loss is one of l1, l2, regret"},
      {with("ranking", {{"margin", "informed"}}), "an informed margin is for solutions of 0 and 1"},
      {with("grid", {{"settings", {{"samples", 1'000'000}}}}), "state.settings.samples = 1e+06 is not in 1 … 256"},
      {with("grid", {{"settings", {{"speed", 1}}}}), "no gradient rule has the setting \"speed\""},
      {with("grid", {{"settings", {{"noise", "cauchy"}}}}), "state.settings.noise is one of none, gumbel"},
      {with("grid", {{"settings", {{"lambda", 0}}}}, "descend"), "lambda = 0 is not a positive number"},
      {with("grid", {{"rules", {"nothing"}}}), "no gradient rule \"nothing\""},
      {with("grid", {{"rule", "reinmax"}}, "descend"), "reinmax"},
      {with("grid", {{"rate", -1}}, "descend"), "state.rate = -1 is not in 0"},
      {with("tour",
            {{"n", 12}, {"x", playground_states::numbers(24, 1)}, {"rule", "imle"}, {"settings", {{"samples", 256}}}},
            "descend"),
       "too much for one request"},
      {R"({"ask": "net", "points": [0, 0, -1], "hidden": [4]})", "points[2] = -1 is no class"},
      {R"({"ask": "net", "points": [], "hidden": [4]})", "points holds x, y and class"},
      {R"({"ask": "net", "points": [0, 0, 1], "hidden": [400]})", "hidden[0] = 400 is not in 1 … 32"},
      {R"({"ask": "net", "points": [0, 0, 1], "hidden": [4], "weights": [1]})", "weights has 1 entries, not 27"},
  };
  for (const auto& one : refused) {
    CAPTURE(one.first.substr(0, 200));
    const std::string error = error_of(one.first);
    CHECK_MESSAGE(error.find(one.second) != std::string::npos, error);
  }
}
