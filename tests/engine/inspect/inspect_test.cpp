#include <doctest/doctest.h>

#include <cotape/engine/base/error.h>
#include <cotape/engine/ops.h>

#include <limits>
#include <sstream>

using namespace cotape;

namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();

std::string report(const Tape& tape) {
  std::ostringstream out;
  tape.report(out);
  return out.str();
}

std::string dot(const Tape& tape) {
  std::ostringstream out;
  tape.write_dot(out);
  return out.str();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The line of a report that starts with a node's number.
std::string line_of(const std::string& text, Var x) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line))
    if (line.rfind(std::to_string(x.id()) + " ", 0) == 0) return line;
  return "";
}

struct Small {
  Tape tape;
  Parameter weight{"encoder.fc.weight", Tensor({1, 2}, {3, -4})};
  Var x, w, y, loss;

  Small() {
    x = tape.variable(Tensor({1, 2}, {1, 2})).named("input");
    {
      const Scope encoder = tape.scope("encoder");
      const Scope fc = tape.scope("fc");
      w = tape.parameter(weight);
      y = linear(x, w).named("code");
    }
    loss = sum(square(y));
  }
};

}  // namespace

TEST_CASE("report: one line a node, with path, name, shape, range and gradient norm") {
  Small s;
  s.tape.backward(s.loss);
  const std::string text = report(s.tape);
  CHECK(contains(text, "node"));
  CHECK(contains(text, "|gradient|"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 5 + 2);
  CHECK(line_of(text, s.x).find("variable") != std::string::npos);
  CHECK(contains(line_of(text, s.x), "input"));
  CHECK(contains(line_of(text, s.x), "[1,2]"));
  CHECK(contains(line_of(text, s.x), "1 … 2"));
  CHECK(contains(line_of(text, s.x), "50"));                   // |−10 · (3, −4)|
  CHECK(contains(line_of(text, s.w), " encoder.fc.weight "));  // the path is not said twice
  CHECK(contains(line_of(text, s.w), "-4 … 3"));
  CHECK(contains(line_of(text, s.w), "22.36"));  // |−10 · (1, 2)|
  CHECK(contains(line_of(text, s.y), " encoder.fc.code "));
  CHECK(contains(line_of(text, s.y), "-5"));
  CHECK(contains(line_of(text, s.y), "not kept"));
  CHECK(contains(text, "5 nodes, " + std::to_string(s.tape.bytes()) + " bytes held"));
}

TEST_CASE("report: nodes without gradient, without elements, not finite; kept gradients") {
  Tape tape;
  tape.keep_gradients(true);
  const Var constant = tape.constant(Tensor({2}, {infinity, 1}));
  const Var empty = tape.constant(Tensor({0, 3}));
  const Var x = tape.variable(Tensor::scalar(3)), y = square(x);
  tape.backward(scale(y, 2));
  const std::string text = report(tape);
  CHECK(contains(line_of(text, constant), "not finite"));
  CHECK(contains(line_of(text, constant), "none"));
  CHECK(contains(line_of(text, empty), "no elements"));
  const std::string line = line_of(text, y);
  CHECK(line.substr(line.size() - 2) == " 2");
  CHECK(contains(report(Tape()), "0 nodes, 0 bytes held"));
}

TEST_CASE("write_dot: nodes, edges, modules as clusters, constants in gray, quotes escaped") {
  Small s;
  const Var c = s.tape.constant(Tensor::scalar(1)).named("a \"quoted\" \\ name");
  const std::string text = dot(s.tape);
  CHECK(text.rfind("digraph tape {", 0) == 0);
  CHECK(text.substr(text.size() - 2) == "}\n");
  CHECK(contains(text, "  n0 [label=\"variable input [1,2]\"];"));
  CHECK(contains(text, "label=\"encoder\";"));
  CHECK(contains(text, "label=\"fc\";"));
  CHECK(contains(text, "    n2 [label=\"linear code [1,1]\"];"));
  CHECK(contains(text, "n1 -> n2;"));
  CHECK(contains(text, "n0 -> n2;"));
  CHECK(contains(text, "n3 -> n4;"));
  CHECK(contains(text,
                 "n" + std::to_string(c.id()) + " [label=\"constant a \\\"quoted\\\" \\\\ name []\", color=gray];"));
  CHECK(std::count(text.begin(), text.end(), '{') == 3);
  CHECK(std::count(text.begin(), text.end(), '}') == 3);
  // The cluster of fc lies in that of encoder.
  CHECK(text.find("label=\"encoder\"") < text.find("label=\"fc\""));
  CHECK(contains(dot(Tape()), "digraph tape {"));
}

TEST_CASE("scopes nest, end, may be entered again, and survive clear") {
  Tape tape;
  const auto path_here = [&] {
    try {
      sum(tape.constant(Tensor::scalar(1)), 5);
    } catch (const ShapeError& e) {
      const std::string text = e.what();
      const std::size_t at = text.find(" in ");
      return at == std::string::npos ? std::string() : text.substr(at + 4);
    }
    return std::string("no error");
  };
  CHECK(path_here() == "");
  for (int round = 0; round < 2; ++round) {
    const Scope a = tape.scope("a");
    CHECK(path_here() == "a");
    {
      const Scope b = tape.scope("b");
      CHECK(path_here() == "a.b");
    }
    const Scope c = tape.scope("c");
    CHECK(path_here() == "a.c");
    tape.clear();
    CHECK(path_here() == "a.c");
  }
  CHECK(path_here() == "");
  const Scope b = tape.scope("b");  // another module than a.b
  CHECK(path_here() == "b");
}

TEST_CASE("check_finite stops at the first value that is not finite") {
  Tape tape;
  const Scope scope = tape.scope("decoder");
  const Var x = tape.variable(Tensor({2}, {1, 0}));
  CHECK(log(x).value()[1] == -infinity);  // not checked unless told to
  tape.check_finite(true);
  CHECK_THROWS_WITH_AS(log(x), "log: the value is not finite in decoder", ValueError);
  tape.check_finite(false);
  CHECK_NOTHROW(log(x));
}

TEST_CASE("first_non_finite: the first value in order of execution") {
  Tape tape;
  const Var x = tape.variable(Tensor({2}, {1, 0}));
  CHECK_FALSE(tape.first_non_finite().has_value());
  const Scope scope = tape.scope("encoder");
  const Var y = log(x).named("latent");
  sum(y);
  const std::optional<NodeInfo> found = tape.first_non_finite();
  REQUIRE(found.has_value());
  CHECK(found->id == y.id());
  CHECK(found->op == "log");
  CHECK(found->path == "encoder");
  CHECK(found->name == "latent");
  CHECK(found->shape == Shape{2});
  CHECK_FALSE(found->in_gradient);
}

TEST_CASE("first_non_finite: where all values are finite, the kept gradient closest to the loss") {
  Tape tape;
  tape.keep_gradients(true);
  Parameter w("w", Tensor({2}, {0, 4}));
  const Var p = tape.parameter(w);
  const Var y = scale(p, 2), root = sqrt(y);  // the slope of sqrt at 0 is infinite
  const Var loss = sum(root);
  tape.backward(loss);
  std::optional<NodeInfo> found = tape.first_non_finite();
  REQUIRE(found.has_value());
  CHECK(found->id == y.id());
  CHECK(found->in_gradient);

  tape.clear();
  w.clear_gradient();
  tape.keep_gradients(false);  // then leaves alone can tell
  const Var q = tape.parameter(w);
  tape.backward(sum(sqrt(scale(q, 2))));
  found = tape.first_non_finite();
  REQUIRE(found.has_value());
  CHECK(found->id == q.id());
  CHECK(found->op == "parameter");
  CHECK(found->name == "w");
}
