#include <cotape/engine/base/error.h>
#include <cotape/engine/inspect/layer_table.h>
#include <cotape/engine/ops.h>
#include <doctest/doctest.h>

#include <sstream>

using namespace cotape;

TEST_CASE("layer table: modules with their outputs and parameters, each parameter once") {
  Parameter weight{"weight", Tensor({3, 4})}, bias{"bias", Tensor({3})}, gain{"gain", Tensor(Shape{})};
  bias.freeze();
  Tape tape;
  Var x = tape.constant(Tensor({2, 4}));
  {
    const Scope encoder = tape.scope("encoder");
    {
      const Scope fc = tape.scope("fc1");
      x = relu(linear(x, tape.parameter(weight), tape.parameter(bias)));
    }
    {
      const Scope again = tape.scope("out");
      x = matmul(x, tape.parameter(weight)) * tape.parameter(gain);
    }
  }
  const Var loss = sum(x);

  const std::vector<LayerRow> rows = layer_table(tape);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].path == "encoder");
  CHECK(rows[0].output == Shape{2, 4});
  CHECK(rows[0].parameters == 16);
  CHECK(rows[0].trainable == 13);
  CHECK(rows[1].path == "encoder.fc1");
  CHECK(rows[1].output == Shape{2, 3});
  CHECK(rows[1].parameters == 15);
  CHECK(rows[2].path == "encoder.out");
  CHECK(rows[2].parameters == 13);
  CHECK(rows[3].path == "");
  CHECK(rows[3].output == Shape{});
  CHECK(rows[3].parameters == 16);

  std::ostringstream out;
  write_layer_table(out, tape);
  CHECK(out.str() ==
        "module         output  parameters  trainable\n"
        "encoder        [2,4]   16          13\n"
        "  encoder.fc1  [2,3]   15          12\n"
        "  encoder.out  [2,4]   13          13\n"
        "total          []      16          13\n");
}

TEST_CASE("layer table: of a tape without nodes or modules there is the total alone") {
  CHECK(layer_table(Tape()).size() == 1);
  Tape tape;
  tape.constant(Tensor({5}));
  const std::vector<LayerRow> rows = layer_table(tape);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].output == Shape{5});
  CHECK(rows[0].parameters == 0);
  CHECK_THROWS_WITH_AS(layer_table(Tape(Gradients::off)),
                       "layer_table: a tape without gradients does not know its parameters", TapeError);
}
