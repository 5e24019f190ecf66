#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/random.h>
#include <cotape/engine/inspect/inspection.h>
#include <cotape/engine/ops.h>
#include <cotape/engine/tape/graph.h>

#include <limits>

#include "../../temporary_folder.h"
#include "embedded.h"

using namespace cotape;

namespace {

// x appears twice, in add and in square; w and b are parameters, b by broadcasting.
struct Model {
  Parameter w{"net.fc.w", Tensor({2, 3}, {1, -2, 3, 0.5F, 4, -1})};
  Parameter b{"net.b", Tensor({2}, {0.25F, -1})};
  Tensor data = Tensor({4, 3}, {1, 2, 3, -1, 0, 2, 4, -3, 0.5F, 0, 1, 1});

  Var record(Tape& tape) {
    const Var x = tape.variable(data).named("x");
    Var y;
    {
      const Scope net = tape.scope("net");
      Var product;
      {
        const Scope fc = tape.scope("fc");
        product = matmul(x, tape.parameter(w), {.b = true});
      }
      y = tanh(product + tape.parameter(b));
    }
    return (sum(y) + sum(square(x))).named("loss");
  }
};

void check_statistics(const Json& shown, const Tensor& x) {
  const Statistics s = statistics(x);
  CHECK(shown["size"] == s.size);
  CHECK(shown["zeros"] == s.zeros);
  CHECK(shown["min"].get<double>() == doctest::Approx(s.minimum).epsilon(1e-5));
  CHECK(shown["max"].get<double>() == doctest::Approx(s.maximum).epsilon(1e-5));
  CHECK(shown["mean"].get<double>() == doctest::Approx(s.mean).epsilon(1e-5));
  CHECK(shown["norm"].get<double>() == doctest::Approx(s.norm).epsilon(1e-5));
}

}  // namespace

TEST_CASE("inspection: the page's numbers are the tape's") {
  Model model;
  Tape tape;
  tape.keep_gradients(true);
  Inspector inspector(tape);
  const Var loss = model.record(tape);
  tape.backward(loss);
  const Json page = embedded(to_html(inspector.inspection()));

  CHECK(page["format"] == "cotape inspection 1");
  CHECK(page["loss"] == loss.id());
  CHECK(page["first_non_finite"].is_null());
  CHECK(page["first_zero_gradient"].is_null());
  REQUIRE(page["nodes"].size() == tape.size());
  for (std::uint32_t id = 0; id < tape.size(); ++id) {
    const Json& node = page["nodes"][id];
    const Var x = tape.graph().handle(id);
    CHECK(node["id"] == id);
    CHECK(node["shape"].get<std::vector<std::int64_t>>() ==
          std::vector<std::int64_t>(x.shape().begin(), x.shape().end()));
    CHECK(node["needs_gradient"] == x.needs_gradient());
    check_statistics(node["value"], x.value());
    REQUIRE(node["gradient"].is_object());
    check_statistics(node["gradient"], x.gradient());
  }
  const Json &x = page["nodes"][0], &w = page["nodes"][1], &product = page["nodes"][2];
  CHECK(x["name"] == "x");
  CHECK(w["op"] == "parameter");
  CHECK(w["module"] == "net.fc");
  CHECK(product["op"] == "matmul");
  CHECK(product["inputs"] == Json({0, 1}));
  CHECK(product["vjp"].get<std::string>().find("dy") != std::string::npos);
}

TEST_CASE("inspection: products come in the order of the backward pass and add up to the gradients") {
  Model model;
  Tape tape;
  Inspector inspector(tape);
  const Var loss = model.record(tape);
  tape.backward(loss);
  const Inspection& seen = inspector.inspection();
  REQUIRE_FALSE(seen.products.empty());
  CHECK(seen.products.front().node == loss.id());
  int to_x = 0;
  for (std::size_t i = 0; i < seen.products.size(); ++i) {
    const InspectedProduct& p = seen.products[i];
    if (i > 0) CHECK(p.node <= seen.products[i - 1].node);
    CHECK(seen.nodes[p.node].inputs[p.input] == p.to);
    to_x += p.to == 0;
    if (p.to == 0) {
      CHECK(p.first == (to_x == 1));
      if (p.first)  // of square(x), the later op: 2x
        CHECK(p.product.norm == doctest::Approx(2 * statistics(model.data).norm));
      else
        CHECK(p.total_norm == doctest::Approx(statistics(tape.graph().handle(0).gradient()).norm));
      CHECK(p.heat_map.bytes.empty() == p.first);
    }
  }
  CHECK(to_x == 2);
  REQUIRE(seen.nodes[3].op == "parameter");  // b, whose product is summed over the batch
  CHECK(seen.nodes[3].gradient->statistics.norm == doctest::Approx(statistics(model.b.gradient()).norm));
}

TEST_CASE("inspection: gradients are the same bits with and without") {
  const auto gradients = [](bool watched) {
    Model model;
    Tape tape;
    std::unique_ptr<Inspector> inspector;
    if (watched) inspector = std::make_unique<Inspector>(tape);
    for (int pass = 0; pass < 2; ++pass) {  // the second adds to the first
      tape.clear();
      tape.backward(model.record(tape));
    }
    return std::pair(std::pair(model.w.gradient(), model.b.gradient()), tape.graph().handle(0).gradient());
  };
  CHECK(gradients(true) == gradients(false));
}

TEST_CASE("inspection: of a tape after the fact, with what it has kept") {
  Model model;
  Tape tape;
  const Var loss = model.record(tape);
  CHECK_FALSE(inspect(tape).nodes[1].gradient.has_value());
  tape.backward(loss);
  const Inspection seen = inspect(tape);
  CHECK(seen.nodes.size() == tape.size());
  CHECK_FALSE(seen.loss.has_value());
  CHECK(seen.products.empty());
  REQUIRE(seen.nodes[1].gradient.has_value());
  CHECK(seen.nodes[1].gradient->statistics.norm == doctest::Approx(statistics(model.w.gradient()).norm));
  CHECK_FALSE(seen.nodes[2].gradient.has_value());  // an inner node's was not kept
  CHECK(embedded(to_html(inspect(tape)))["loss"].is_null());
}

TEST_CASE("inspection: first non-finite number and first zero gradient") {
  Tape tape;
  Inspector inspector(tape);
  const Var x = tape.variable(Tensor({2}, {-1, -2}));
  const Var y = relu(x), loss = sum(y);
  tape.backward(loss);
  CHECK(inspector.inspection().first_zero_gradient() == x.id());
  CHECK_FALSE(inspector.inspection().first_non_finite().has_value());

  tape.clear();
  const Var a = tape.variable(Tensor({2}, {0, 1}));
  const Var root = sqrt(a);
  tape.backward(sum(root));
  CHECK(inspector.inspection().first_non_finite() == a.id());  // the slope of the root at 0
  const Json json = Json::parse(to_json(inspector.inspection()));
  CHECK(json["nodes"][0]["gradient"]["not_finite"] == 1);

  tape.clear();
  const Var b = log(tape.variable(Tensor({2}, {0, 1})));
  tape.backward(sum(b));
  CHECK(inspector.inspection().first_non_finite() == b.id());
}

TEST_CASE("inspection: names cannot end the script, and broken UTF-8 is replaced") {
  Tape tape;
  tape.constant(Tensor::scalar(1)).named("</script><b>");
  tape.constant(Tensor::scalar(1)).named("\xFF");
  const std::string html = to_html(inspect(tape));
  CHECK(html.find("</script><b>") == std::string::npos);
  CHECK(embedded(html)["nodes"][0]["name"] == "</script><b>");
  CHECK(embedded(html)["nodes"][1]["name"] == "\uFFFD");
}

TEST_CASE("inspection: the page is one file that loads nothing") {
  Tape tape;
  tape.constant(Tensor::scalar(1));
  const TemporaryFolder folder;
  write_inspection(folder / "page.html", inspect(tape));
  const std::string html = read_file(folder / "page.html");
  CHECK(html == to_html(inspect(tape)));
  CHECK(html.starts_with("<!DOCTYPE html>"));
  CHECK(html.find("@page_") == std::string::npos);
  CHECK(html.find("{{") == std::string::npos);
  for (const char* outside : {"http:", "https:", "src=", "@import", "url(", "import(", "fetch("}) {
    std::string rest = html;
    for (std::size_t at; (at = rest.find("http://www.w3.org/2000/svg")) != std::string::npos;) rest.erase(at, 26);
    CHECK_MESSAGE(rest.find(outside) == std::string::npos, outside);
  }
}

TEST_CASE("inspection: hundreds of nodes with large values stay small") {
  Tape tape;
  Inspector inspector(tape);
  Tensor start(Shape{300, 300});
  Rng(1).normal(start);
  Var x = tape.variable(start);
  for (int i = 0; i < 400; ++i) x = x + 0.5F * x;
  tape.backward(mean(x));
  CHECK(inspector.inspection().nodes.size() > 800);
  CHECK(to_html(inspector.inspection()).size() < 5'000'000);
}

TEST_CASE("inspection: what an instance's numbers belong to is in the JSON") {
  const auto shown = [](const Drawing& drawing) {
    Inspection page;
    page.comparisons.push_back({.title = "one", .solver = "any", .instance = Shape{2}, .drawings = {drawing}});
    return embedded(to_html(page))["comparisons"][0]["drawings"][0];
  };
  using Kind = Drawing::Kind;
  CHECK(shown({}) == Json{{"kind", "by_shape"}});
  for (const auto& [kind, name] :
       {std::pair(Kind::pairs, "pairs"), {Kind::tour, "tour"}, {Kind::trellis, "trellis"}, {Kind::labels, "labels"}})
    CHECK(shown({.kind = kind}) == Json{{"kind", name}});
  CHECK(shown({.kind = Kind::items, .sizes = {0.25, 0.5}}) == Json{{"kind", "items"}, {"sizes", {0.25, 0.5}}});
  CHECK(shown({.kind = Kind::graph, .nodes = 3, .edges = {{0, 2}, {2, 1}}, .directed = true}) ==
        Json::parse(R"({"kind": "graph", "nodes": 3, "edges": [[0, 2], [2, 1]], "directed": true,
                        "numbers_of_nodes": false, "source": -1, "target": -1})"));
  CHECK(shown({.kind = Kind::cut, .nodes = 2, .edges = {{0, 1}}, .source = 0, .target = 1}) ==
        Json::parse(R"({"kind": "cut", "nodes": 2, "edges": [[0, 1]], "directed": false, "numbers_of_nodes": false,
                        "source": 0, "target": 1})"));
}

TEST_CASE("inspection: comparisons in the JSON, numbers that are not finite as text") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Inspection page;
  page.comparisons.push_back({.title = "two",
                              .solver = "tsp",
                              .instance = Shape{3, 3},
                              .minimises = true,
                              .positions = {{0, 0.5}, {1, 2}, {-3, 4}},
                              .common = {exhibit("dy", Tensor({3, 3}, 1), Shape{3, 3})},
                              .columns = {{"rule", {{"calls", "1 + 1"}}, {{"gradient", 1, {0.1234567, -infinity}}}}}});
  const Json shown = embedded(to_html(page))["comparisons"][0];
  CHECK(shown["title"] == "two");
  CHECK(shown["instance"] == Json({3, 3}));
  CHECK(shown["sense"] == "minimise");
  CHECK(shown["positions"] == Json::parse("[[0, 0.5], [1, 2], [-3, 4]]"));
  CHECK(shown["common"][0]["values"] == Json(std::vector<int>(9, 1)));
  CHECK(shown["columns"][0]["facts"] == Json::parse(R"([["calls", "1 + 1"]])"));
  CHECK(shown["columns"][0]["exhibits"][0]["values"] == Json::parse(R"([0.123457, "-inf"])"));
}

TEST_CASE("inspection: one watcher a tape") {
  Tape tape;
  {
    const Inspector first(tape);
    CHECK_THROWS_WITH_AS(Inspector{tape}, "inspection: the tape is watched already", TapeError);
  }
  CHECK_NOTHROW(Inspector{tape});
}

TEST_CASE("exhibit: the first instances, at least one") {
  const Tensor x({3, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const Exhibit two = exhibit("x", x, Shape{2, 2}, 9), one = exhibit("x", x, Shape{2, 2}, 1);
  CHECK(two.instances == 3);
  CHECK(two.values == std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(one.values == std::vector<double>{0, 1, 2, 3});
  CHECK(instances_per_row(Shape{5, 4, 2, 2}, Shape{2, 2}) == 4);
  CHECK(instances_per_row(Shape{5, 2, 2}, Shape{2, 2}) == 1);
  CHECK(instances_per_row(Shape{2, 2}, Shape{2, 2}) == 1);
}
