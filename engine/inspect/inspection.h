#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <cotape/engine/inspect/summary.h>
#include <cotape/engine/tape/observer.h>
#include <cotape/engine/tape/tape.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// What is known of a node. Plain data: outlives the tape.
struct InspectedNode {
  std::uint32_t id = 0;
  std::string op = {};
  std::string vjp = {};     // formula of its vector-Jacobian product
  std::string module = {};  // path, "" at the top
  std::string name = {};
  Shape shape = {};
  std::vector<std::uint32_t> inputs = {};
  bool needs_gradient = false;
  Summary value = {};
  std::optional<Summary> gradient = {};  // complete, as it was passed on; a parameter's, as it stands in the parameter
};

// One vector-Jacobian product of the backward pass: what `node` adds to the gradient of `to`.
struct InspectedProduct {
  std::uint32_t node = 0;
  std::uint32_t to = 0;
  std::size_t input = 0;  // which of the node's inputs `to` is
  bool first = false;     // nothing had been added to that gradient before: the product is all of it
  Statistics product = {};
  HeatMap heat_map = {};  // of the product; empty when `first`
  double total_norm = 0;  // of the input's gradient with this product in it
};

// The first few instances of a tensor of a combinatorial problem, in full.
struct Exhibit {
  std::string name = {};
  std::int64_t instances = 0;       // of the tensor
  std::vector<double> values = {};  // the first of them, one after the other
};

// A differentiable solver: what it solved, and what its rule looked at.
struct SolverLens {
  std::uint32_t node = 0;
  std::string solver = {};
  Shape instance = {};
  std::int64_t rows = 1;  // instances of one entry of the batch axis: samples are [batch, samples, rows, ...instance]
  bool minimises = false;
  std::vector<Drawing> drawings = {};  // of the instances that are kept; one where all have the same
  std::vector<Exhibit> scores = {};    // along the way from the last op that changes the shape, projections among them
  struct Call {
    bool backward = false;
    Exhibit scores = {};
    Exhibit solutions = {};
  };
  std::vector<Call> calls = {};
  std::optional<Exhibit> cotangent = {};  // dy
  std::optional<Exhibit> gradient = {};   // what the rule gave for it
};

// Several answers to one question, side by side.
struct SideBySide {
  std::string title = {};
  std::string solver = {};
  Shape instance = {};
  std::int64_t rows = 1;  // as of a SolverLens
  bool minimises = false;
  std::vector<Drawing> drawings = {};                     // as of a SolverLens
  std::vector<std::pair<double, double>> positions = {};  // of cities and nodes; none: where the page likes
  std::vector<Exhibit> common = {};
  struct Column {
    std::string name = {};
    std::vector<std::pair<std::string, std::string>> facts = {};
    std::vector<Exhibit> exhibits = {};
  };
  std::vector<Column> columns = {};
};

// What is seen of a tape and of one backward pass over it.
struct Inspection {
  std::string title = "Tape";
  std::vector<InspectedNode> nodes = {};  // in order of execution
  std::optional<std::uint32_t> loss = {};
  std::vector<InspectedProduct> products = {};  // in the order of the backward pass
  std::vector<SolverLens> lenses = {};
  std::vector<SideBySide> comparisons = {};

  // The first node, in order of execution, whose value is not finite; if all are, the first in the order of the
  // backward pass whose gradient is not.
  std::optional<std::uint32_t> first_non_finite() const;
  // The first node in the order of the backward pass whose gradient is zero in all elements.
  std::optional<std::uint32_t> first_zero_gradient() const;
};

struct InspectionOptions {
  std::int64_t heat_side = 64;         // of a heat map, at most; less for tapes of many nodes
  std::int64_t exhibit_values = 4096;  // numbers of a solver's tensor that are kept, but at least one instance
};

// A tape as it is: values, and those gradients that it still has. Products and solver calls are seen by an Inspector
// alone.
Inspection inspect(Tape& tape, const InspectionOptions& options = {});

// Watches a tape while it lives, and sees every product of its backward passes with all gradients, whether or not the
// tape keeps them:
//   Inspector inspector(tape);
//   ... record; tape.backward(loss); ...
//   write_inspection("page.html", inspector.inspection());
// Results are the same bits with and without. The tape must outlive it and may be cleared meanwhile.
class Inspector {
 public:
  // Throws TapeError when another one watches the tape.
  explicit Inspector(Tape& tape, const InspectionOptions& options = {});
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // Of the last backward pass; the tape as it is when there was none.
  const Inspection& inspection();

 private:
  class Watch;
  std::unique_ptr<Watch> watch_;
};

// As JSON, numbers to six significant digits; the schema is in docs/inspect.md.
std::string to_json(const Inspection& inspection);
// As a page: one HTML file that needs no network and holds that JSON.
std::string to_html(const Inspection& inspection);
// That page. Replaces the file as a whole. Throws FileError.
void write_inspection(const std::filesystem::path& path, const Inspection& inspection);

// The first instances of a tensor whose last axes are `instance`, up to `limit` numbers but at least one instance.
Exhibit exhibit(std::string name, const Tensor& x, const Shape& instance, std::int64_t limit = 4096);
// How many instances of a shape are kept.
std::int64_t kept_instances(const Shape& instance, std::int64_t limit = 4096);
// How many instances one entry of x's batch axis has: 1 unless there are axes between that axis and the instances.
std::int64_t instances_per_row(const Shape& x, const Shape& instance);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
