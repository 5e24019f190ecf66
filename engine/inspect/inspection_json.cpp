#include <cotape/engine/inspect/base64.h>
#include <cotape/engine/inspect/inspection.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

using Json = nlohmann::ordered_json;

// Six significant digits; whole numbers without a point; what is not finite as text, because JSON has no name for it.
Json number(double x) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  if (x == std::floor(x) && std::abs(x) < 1e6) return static_cast<std::int64_t>(x);
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", x);
  return std::strtod(text, nullptr);
}

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number(value));
  return list;
}

Json sizes(const Shape& shape) {
  Json list = Json::array();
  for (const std::int64_t size : shape) list.push_back(size);
  return list;
}

template <class T>
Json optional(const std::optional<T>& x) {
  return x ? Json(*x) : Json();
}

void put(Json& json, const Statistics& s) {
  json["size"] = s.size;
  json["zeros"] = s.zeros;
  json["not_finite"] = s.not_finite;
  json["min"] = number(s.minimum);
  json["max"] = number(s.maximum);
  json["mean"] = number(s.mean);
  json["norm"] = number(s.norm);
}

void put(Json& json, const HeatMap& map) {
  if (map.bytes.empty()) return;
  json["heat"] = {{"rows", map.rows},         {"columns", map.columns}, {"low", number(map.low)},
                  {"high", number(map.high)}, {"part", map.part},       {"data", base64(map.bytes)}};
}

Json json_of(const Summary& summary) {
  Json json;
  put(json, summary.statistics);
  json["histogram"] = summary.histogram;
  put(json, summary.heat_map);
  return json;
}

Json json_of(const InspectedNode& n) {
  return {{"id", n.id},
          {"op", n.op},
          {"vjp", n.vjp},
          {"module", n.module},
          {"name", n.name},
          {"shape", sizes(n.shape)},
          {"inputs", n.inputs},
          {"needs_gradient", n.needs_gradient},
          {"value", json_of(n.value)},
          {"gradient", n.gradient ? json_of(*n.gradient) : Json()}};
}

Json json_of(const InspectedProduct& p) {
  Json json = {{"node", p.node}, {"to", p.to}, {"input", p.input}, {"first", p.first}};
  put(json, p.product);
  json["total_norm"] = number(p.total_norm);
  put(json, p.heat_map);
  return json;
}

const char* name_of(Drawing::Kind kind) {
  using Kind = Drawing::Kind;
  switch (kind) {
    case Kind::by_shape:
      return "by_shape";
    case Kind::pairs:
      return "pairs";
    case Kind::graph:
      return "graph";
    case Kind::cut:
      return "cut";
    case Kind::items:
      return "items";
    case Kind::tour:
      return "tour";
    case Kind::trellis:
      return "trellis";
    case Kind::labels:
      return "labels";
  }
  return "";
}

Json json_of(const Drawing& drawing) {
  Json json = {{"kind", name_of(drawing.kind)}};
  if (drawing.kind == Drawing::Kind::items) json["sizes"] = numbers(drawing.sizes);
  if (drawing.kind != Drawing::Kind::graph && drawing.kind != Drawing::Kind::cut) return json;
  Json edges = Json::array();
  for (const auto& [from, to] : drawing.edges) edges.push_back({from, to});
  json["nodes"] = drawing.nodes;
  json["edges"] = std::move(edges);
  json["directed"] = drawing.directed;
  json["numbers_of_nodes"] = drawing.numbers_of_nodes;
  json["source"] = drawing.source;
  json["target"] = drawing.target;
  return json;
}

Json json_of(const Exhibit& shown) {
  return {{"name", shown.name}, {"instances", shown.instances}, {"values", numbers(shown.values)}};
}

Json json_of(const SolverLens::Call& call);
Json json_of(const SolverLens& lens);
Json json_of(const SideBySide::Column& column);
Json json_of(const SideBySide& comparison);

template <class T>
Json list_of(const std::vector<T>& items) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(json_of(item));
  return list;
}

const char* sense(bool minimises) { return minimises ? "minimise" : "maximise"; }

Json json_of(const SolverLens::Call& call) {
  return {{"phase", call.backward ? "backward" : "forward"},
          {"scores", json_of(call.scores)},
          {"solutions", json_of(call.solutions)}};
}

Json json_of(const SolverLens& lens) {
  return {{"node", lens.node},
          {"solver", lens.solver},
          {"instance", sizes(lens.instance)},
          {"rows", lens.rows},
          {"sense", sense(lens.minimises)},
          {"drawings", list_of(lens.drawings)},
          {"scores", list_of(lens.scores)},
          {"calls", list_of(lens.calls)},
          {"cotangent", lens.cotangent ? json_of(*lens.cotangent) : Json()},
          {"gradient", lens.gradient ? json_of(*lens.gradient) : Json()}};
}

Json json_of(const SideBySide::Column& column) {
  Json facts = Json::array();
  for (const auto& [name, value] : column.facts) facts.push_back({name, value});
  return {{"name", column.name}, {"facts", std::move(facts)}, {"exhibits", list_of(column.exhibits)}};
}

Json json_of(const SideBySide& comparison) {
  Json positions = Json::array();
  for (const auto& [x, y] : comparison.positions) positions.push_back({number(x), number(y)});
  return {{"title", comparison.title},
          {"solver", comparison.solver},
          {"instance", sizes(comparison.instance)},
          {"rows", comparison.rows},
          {"sense", sense(comparison.minimises)},
          {"drawings", list_of(comparison.drawings)},
          {"positions", std::move(positions)},
          {"common", list_of(comparison.common)},
          {"columns", list_of(comparison.columns)}};
}

}  // namespace

std::string to_json(const Inspection& inspection) {
  const Json json = {{"format", "cotape inspection 1"},
                     {"title", inspection.title},
                     {"nodes", list_of(inspection.nodes)},
                     {"loss", optional(inspection.loss)},
                     {"backward", list_of(inspection.products)},
                     {"first_non_finite", optional(inspection.first_non_finite())},
                     {"first_zero_gradient", optional(inspection.first_zero_gradient())},
                     {"solvers", list_of(inspection.lenses)},
                     {"comparisons", list_of(inspection.comparisons)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
