#include <cotape/apps/playground/losses.h>
#include <cotape/apps/playground/program.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>
#include <cotape/solvers/layer/rule_table.h>

#include <sstream>

namespace cotape::app {
namespace {

// Texts between braces, in lines of at most 110 characters.
template <class List, class Text>
std::string braces(const List& list, const Text& text) {
  std::string all, line;
  for (const auto& one : list) {
    const std::string next = text(one);
    if (line.size() + next.size() > 102) {
      all += "\n      " + line + ",";
      line.clear();
    }
    line += (line.empty() ? "" : ", ") + next;
  }
  return "{" + all + (all.empty() ? "" : "\n      ") + line + "}";
}

std::string braces(const Tensor& x) {
  return braces(x.values(), [](real value) { return format_number(value); });
}

std::string shape_text(const Shape& shape) {
  std::string text = "Shape{";
  for (int axis = 0; axis < shape.rank(); ++axis) text += (axis ? ", " : "") + std::to_string(shape[axis]);
  return text + "}";
}

// The lines that make the variable `solver`.
std::string solver_lines(const Setup& setup, const Fields& state) {
  const PlaygroundProblem& problem = setup.problem;
  const Shape& shape = problem.traits().shape;
  std::ostringstream out;
  const auto whole = [](double x) { return std::to_string(static_cast<std::int64_t>(x)); };
  if (problem.kind == "grid")
    out << "  const GridPath solver{.height = " << shape[0] << ", .width = " << shape[1] << "};\n";
  if (problem.kind == "assignment")
    out << "  const Assignment solver{.rows = " << shape[0] << ", .columns = " << shape[1] << "};\n";
  if (problem.kind == "top_k")
    out << "  const TopK solver{.n = " << shape[0] << ", .k = " << state.whole("k", 1, shape[0]) << "};\n";
  if (problem.kind == "ranking") out << "  const Ranking solver{.n = " << shape[0] << "};\n";
  if (problem.kind == "tour") out << "  const Tsp solver{.n = " << shape[0] << "};\n";
  if (problem.kind == "spanning_tree")
    out << "  const SpanningTree solver(SparseGraph::complete(" << problem.shape[0] << "));\n";
  if (problem.kind == "knapsack")
    out << "  const Knapsack solver{.n = " << shape[0] << ", .fixed = {"
        << braces(state.numbers("weights", shape[0], 1, Limits::capacity), whole) << ", "
        << state.whole("capacity", 0, Limits::capacity) << "}};\n";
  if (problem.kind == "min_cut") {
    const Drawing& graph = problem.traits().drawing;
    out << "  const std::vector<Edge> edges = "
        << braces(graph.edges,
                  [](const auto& e) { return "{" + std::to_string(e.first) + ", " + std::to_string(e.second) + "}"; })
        << ";\n  const MinCut solver(SparseGraph::directed(" << graph.nodes << ", edges), 0, " << graph.nodes - 1
        << ");\n";
  }
  return out.str();
}

std::string value_text(const RuleValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* count = std::get_if<std::int64_t>(&value)) return "std::int64_t{" + std::to_string(*count) + "}";
  if (const auto* number = std::get_if<double>(&value)) {
    const std::string text = format_number(static_cast<float>(*number));
    return text.find_first_of(".e") == text.npos ? text + ".0" : text;
  }
  if (const auto* noise = std::get_if<Noise>(&value)) return "noise_named(\"" + noise->name() + "\")";
  return "std::string(\"" + std::get<std::string>(value) + "\")";
}

// The settings that are not as the rule table has them.
std::string rule_lines(const Setup& setup) {
  std::string lines = "  NamedRule rule = rule_named(\"" + setup.rule + "\");\n";
  const std::vector<RuleSetting> plain = rule_named(setup.rule).settings();
  const std::vector<RuleSetting> now = rule_of(setup, setup.rule).settings();
  for (std::size_t i = 0; i < now.size(); ++i)
    if (const std::string text = value_text(now[i].value); text != value_text(plain[i].value))
      lines += "  rule.set(\"" + now[i].name + "\", " + text + ");\n";
  return lines;
}

// The variable `loss` of a loss with a gradient of its own.
std::string own_loss_lines(const Setup& setup, const std::string& input) {
  const FenchelYoungOptions options = fenchel_young_options(setup);
  return "  const Var loss = fenchel_young(solver, " + input +
         ", wanted, {.epsilon = " + format_number(options.epsilon) + ", .samples = " + std::to_string(options.samples) +
         ", .noise = noise_named(\"" + options.noise.name() + "\")}, rng);\n";
}

// The variables `y` and `loss` of a loss of solutions.
std::string rule_loss_lines(const Setup& setup, const std::string& input) {
  std::string lines = "  const Samples y = layer(" + input + ", rng);\n  const Var loss = ";
  if (setup.loss != Loss::regret)
    lines += std::string(name_of(setup.loss)) + "_loss(y.all(), y.beside(wanted), Reduction::sum)";
  else if (setup.problem.minimises())
    lines += "sum((y.all() - y.beside(wanted)) * y.beside(tape.constant(truth)))";
  else
    lines += "sum((y.beside(wanted) - y.all()) * y.beside(tape.constant(truth)))";
  return lines + " / static_cast<real>(y.count());\n";
}

std::string costs_lines(const PlaygroundProblem& problem) {
  if (!problem.on_map) return "";
  if (problem.kind == "tour") return "  const Var costs = pairwise_distances(x);\n";
  const std::string n = std::to_string(problem.shape[0]);
  return "  std::vector<std::int64_t> pairs;\n  for (std::int64_t i = 0; i < " + n +
         "; ++i)\n    for (std::int64_t j = i + 1; j < " + n + "; ++j) pairs.push_back(" + n +
         " * i + j);\n  const Var costs = index_select(reshape(pairwise_distances(x), {1, " +
         std::to_string(problem.shape[0] * problem.shape[0]) + "}), 1, pairs);\n";
}

}  // namespace

std::string program_of(const Setup& setup, const Fields& state) {
  const PlaygroundProblem& problem = setup.problem;
  if (problem.rows != 1) fail<ValueError>("a program is made of one instance, not of ", problem.rows);
  const std::string costs = problem.on_map ? "costs" : "x", minus = problem.minimises() ? "-" : "";
  const std::string projection = "Projection::" + std::string(name_of(setup.projection));
  const bool own = has_own_gradient(setup.loss);
  const bool by_hand = setup.margin != Margin::none || (own && setup.projection != Projection::none);
  std::ostringstream out;
  out << "// A state of the playground: " << problem.traits().name << " under "
      << (own ? "its loss of Fenchel and Young" : setup.rule) << ".\n"
      << "#include <cotape/cotape.h>\n#include <iostream>\nusing namespace cotape;\n\nint main() {\n"
      << solver_lines(setup, state) << "  const Tensor numbers(" << shape_text(problem.x.shape()) << ", "
      << braces(problem.x) << ");\n  const Tensor solution(" << shape_text(setup.wanted.shape()) << ", "
      << braces(setup.wanted) << ");\n";
  if (setup.loss == Loss::regret)
    out << "  const Tensor truth(" << shape_text(setup.truth.shape()) << ", " << braces(setup.truth) << ");\n";
  if (!own)
    out << rule_lines(setup) << "  const RuleLayer layer(solver, rule"
        << (!by_hand && setup.projection != Projection::none ? ", " + projection : "") << ");\n";
  out << "  Rng rng(" << setup.seed << ");\n  Tape tape;\n"
      << "  const Var x = tape.variable(numbers), wanted = tape.constant(solution);\n"
      << costs_lines(problem);
  std::string input = costs;
  if (by_hand) {
    out << "  const Var scores = project(" << minus << costs << ", " << projection << ", solver.traits());\n";
    input = minus + "scores";
  }
  if (setup.margin != Margin::none) {
    if (setup.margin == Margin::noise) out << "  Rng noise = rng.split(1);\n";
    out << "  const Var shifted = "
        << (setup.margin == Margin::noise ? "noise_margin(scores, " : "informed_margin(scores, wanted, ")
        << format_number(setup.alpha) << (setup.margin == Margin::noise ? ", noise" : ", Sense::maximise") << ");\n";
    input = minus + "shifted";
  }
  out << (own ? own_loss_lines(setup, input) : rule_loss_lines(setup, input)) << "  tape.backward(loss);\n"
      << "  std::cout << \"loss \" << loss.value().item() << \"\\ngradient\";\n"
      << "  for (const real g : x.gradient().values()) std::cout << ' ' << g;\n"
      << "  std::cout << '\\n';\n}\n";
  return out.str();
}

}  // namespace cotape::app
