#include <doctest/doctest.h>

#include <cotape/engine/ops.h>

#include "../../check_gradients.h"

using namespace cotape;

namespace {

using Inputs = std::span<const Var>;

struct Row {
  Shape x, weight;
  ConvSettings settings;
};
struct TransposedRow {
  Shape x, weight;
  ConvTransposeSettings settings;
};

}  // namespace

TEST_CASE("gradients of conv2d: unequal strides, dilation, groups, depthwise") {
  const Padding odd{1, 2, 0, 1};
  const std::vector<Row> rows = {
      {{2, 6, 5, 3}, {3, 2, 3, 2}, {.stride = {2, 1}, .padding = odd}},
      {{2, 6, 7, 2}, {2, 3, 2, 2}, {.padding = odd, .dilation = {3, 2}}},
      {{1, 5, 6, 6}, {2, 2, 2, 9}, {.stride = {1, 2}, .padding = odd, .groups = 3}},
      {{1, 5, 6, 4}, {1, 1, 2, 4}, {.groups = 2}},
      {{1, 5, 6, 3}, {2, 3, 1, 6}, {.padding = odd, .dilation = {2, 1}, .groups = 3}},
      {{2, 5, 6, 17}, {2, 3, 1, 17}, {.padding = odd, .groups = 17}},
      {{1, 5, 6, 3}, {3, 2, 1, 3}, {.stride = {2, 3}, .padding = odd, .dilation = {1, 2}, .groups = 3}},
      {{1, 6, 6, 4}, {2, 2, 2, 6}, {.padding = odd, .max_pool = 2, .groups = 2}},
      {{1, 9, 8, 1}, {7, 8, 1, 17}, {.stride = 2, .padding = {3, 3, 2, 2}}},  // squares of pixels
  };
  for (const Row& row : rows)
    check_gradients("conv2d of " + to_string(row.x) + " by " + to_string(row.weight),
                    [&](Tape&, Inputs v) { return conv2d(v[0], v[1], v[2], row.settings); },
                    {normal_tensor(row.x, 11), normal_tensor(row.weight, 12), normal_tensor({row.weight[3]}, 13)});
}

TEST_CASE("gradients of conv1d") {
  for (const Conv1dSettings& s :
       {Conv1dSettings{}, Conv1dSettings{.stride = 2, .padding = {2, 1}, .dilation = 2},
        Conv1dSettings{.padding = Padding1d::causal(3), .groups = 2}, Conv1dSettings{.groups = 4}}) {
    const std::vector<Tensor> inputs = {normal_tensor({2, 7, 4}, 11), normal_tensor({3, 4 / s.groups, 4}, 12),
                                        normal_tensor({4}, 13)};
    check_gradients(
        "conv1d", [&](Tape&, Inputs v) { return conv1d(v[0], v[1], v[2], s); }, inputs);
    check_gradients("conv1d without bias", [&](Tape&, Inputs v) { return conv1d(v[0], v[1], s); },
                    {inputs[0], inputs[1]});
  }
}

TEST_CASE("gradients of conv_transpose2d and conv_transpose1d") {
  const std::vector<TransposedRow> rows = {
      {{2, 3, 4, 3}, {1, 1, 2, 3}, {}},
      {{1, 4, 3, 16}, {3, 3, 17, 16}, {.padding = Padding::all(1)}},
      {{2, 3, 4, 2}, {3, 2, 3, 2}, {.stride = {2, 3}, .padding = {1, 0, 2, 1}, .output_padding = {1, 2}}},
      {{1, 3, 4, 6}, {2, 2, 2, 6}, {.stride = 2, .dilation = {2, 1}, .groups = 3}},
      {{1, 3, 4, 5}, {3, 2, 1, 5}, {.stride = {1, 2}, .padding = {1, 1, 0, 0}, .groups = 5}},
  };
  for (const TransposedRow& row : rows) {
    const std::string what = "conv_transpose2d of " + to_string(row.x) + " by " + to_string(row.weight);
    const std::vector<Tensor> inputs = {normal_tensor(row.x, 11), normal_tensor(row.weight, 12)};
    check_gradients(
        what, [&](Tape&, Inputs v) { return conv_transpose2d(v[0], v[1], row.settings); }, inputs);
    // A bias of ±100 keeps every sum away from the kink, on either side of it.
    Tensor bias({row.settings.groups * row.weight[2]});
    for (std::int64_t i = 0; i < bias.size(); ++i) bias[i] = i % 2 == 0 ? 100 : -100;
    ConvTransposeSettings with_relu = row.settings;
    with_relu.activation = Activation::relu;
    check_gradients(what + " with bias and ReLU",
                    [&](Tape&, Inputs v) { return conv_transpose2d(v[0], v[1], v[2], with_relu); },
                    {inputs[0], inputs[1], bias});
  }
  const ConvTranspose1dSettings s{.stride = 2, .padding = {1, 0}, .output_padding = 1, .groups = 2};
  const std::vector<Tensor> inputs = {normal_tensor({2, 4, 6}, 11), normal_tensor({3, 2, 6}, 12),
                                      normal_tensor({4}, 13)};
  check_gradients(
      "conv_transpose1d", [&](Tape&, Inputs v) { return conv_transpose1d(v[0], v[1], v[2], s); }, inputs);
  check_gradients("conv_transpose1d without bias", [&](Tape&, Inputs v) { return conv_transpose1d(v[0], v[1], s); },
                  {inputs[0], inputs[1]});
}
