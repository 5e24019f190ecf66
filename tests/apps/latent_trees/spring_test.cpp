#include <cotape/apps/latent_trees/spring.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

using namespace cotape::app;

namespace {

struct Layout {
  std::vector<std::pair<int, int>> edges;
  std::vector<double> start, end;
  int steps = 1;
};

// What NetworkX 2.8.8 makes of layouts in so many calls of spring_layout(G, pos=pos, iterations=1, threshold=1e-10,
// center=[0, 0]), each from the last one's result.
const std::vector<Layout> networkx = {
    {{{0, 1}, {1, 2}, {1, 3}},
     {0.298746, -0.274138, -0.890592, -0.454671, -0.991647, 0.060144, 1.340215, -0.492207},
     {0.19074733935361374, -0.008824675571297793, -0.3744135813094899, -0.11822567068402177, -0.8163337580441237,
      0.27724049276901014, 0.9999999999999999, -0.15019014651369045}},
    {{{0, 1}, {0, 2}, {1, 3}, {3, 4}, {1, 5}, {2, 6}, {1, 7}, {5, 8}, {2, 9}},
     {-0.930468, -0.029252, 0.695303,  -1.344215, -0.457616, -1.901223, -1.289538, -1.841735, -0.235091, -1.267446,
      0.271264,  0.156751,  -0.186931, -2.51676,  -0.538693, -0.048501, 0.113309,  -1.530136, -0.477753, -0.978519},
     {-0.29075767944256875, 0.628599239350185,
      0.5239448496358653,   0.10579443959368774,
      -0.2879831742709352,  -0.16629144113855743,
      -0.41684952932214625, -0.5906354221861548,
      -0.4281966223830657,  -0.7385724617814702,
      0.7779390482431605,   0.7230699781083378,
      -0.21629728326708147, -1.0,
      0.31226740818661947,  0.7161863361032715,
      0.6055046600211687,   0.2814031073918363,
      -0.5795716774010166,  0.04044622455886426},
     3},
    // Two nodes that are closer than the least distance.
    {{{0, 2}},
     {0.1, 0.2, 0.1001, 0.2, -0.5, 0.7},
     {0.35213167815351365, -0.34748568966821547, 0.6478683218464862, -0.4812327395595402, -1.0, 0.8287184292277558}},
    // A node that is pulled to both sides alike.
    {{{0, 1}, {1, 2}}, {-1, 0, 0, 0, 1, 0}, {-1, 0, 0, 0, 1, 0}}};

std::vector<std::uint8_t> pairs_of(const Layout& layout) {
  const int nodes = static_cast<int>(layout.start.size() / 2);
  std::vector<std::uint8_t> pairs;
  for (int i = 0; i < nodes; ++i)
    for (int j = i + 1; j < nodes; ++j)
      pairs.push_back(std::count(layout.edges.begin(), layout.edges.end(), std::pair(i, j)) > 0);
  return pairs;
}

}  // namespace

TEST_CASE("spring layout: the steps of NetworkX") {
  for (const Layout& layout : networkx) {
    CAPTURE(layout.start.size());
    std::vector<double> positions = layout.start;
    for (int step = 0; step < layout.steps; ++step) spring_step(pairs_of(layout), positions);
    for (std::size_t k = 0; k < positions.size(); ++k)
      CHECK(positions[k] == doctest::Approx(layout.end[k]).epsilon(1e-12).scale(1));
  }
}

TEST_CASE("spring layout: nodes at one place stay numbers") {
  std::vector<double> positions(6, 0.5);
  spring_step(std::vector<std::uint8_t>{1, 0, 1}, positions);
  CHECK(positions == std::vector<double>(6));
}
