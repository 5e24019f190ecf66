#include <cotape/engine/base/error.h>
#include <cotape/engine/tape/checkpoint.h>
#include <doctest/doctest.h>

#include <limits>

using namespace cotape;

TEST_CASE("checkpoint: entries by type") {
  Checkpoint checkpoint("run");
  checkpoint.put("t", Tensor({2}, {1, 2}));
  checkpoint.put_number("n", 0.1);
  checkpoint.put_integer("i", -5);
  checkpoint.put("r", Rng(3, 4));
  checkpoint.put_text("s", "words");
  CHECK(checkpoint.tensor("t") == Tensor({2}, {1, 2}));
  CHECK(checkpoint.tensor("n").item() == real(0.1));
  CHECK(checkpoint.number("n") == 0.1);
  CHECK(checkpoint.integer("i") == -5);
  CHECK(checkpoint.rng("r") == Rng(3, 4));
  CHECK(checkpoint.text("s") == "words");
  CHECK(checkpoint.contains("t"));
  CHECK_FALSE(checkpoint.contains("u"));
  checkpoint.put("t", Tensor({1}, {3}));
  CHECK(checkpoint.tensor("t") == Tensor({1}, {3}));

  CHECK_THROWS_WITH_AS(checkpoint.tensor("u"), "run: u is missing", FileError);
  CHECK_THROWS_WITH_AS(checkpoint.tensor("i"), "run: i is I64, expected F32, F64, F16 or BF16", FileError);
  CHECK_THROWS_WITH_AS(checkpoint.integer("n"), "run: n is F64 [], expected I64 []", FileError);
  CHECK_THROWS_WITH_AS(checkpoint.number("i"), "run: i is I64 [], expected F64 []", FileError);
  CHECK_THROWS_WITH_AS(checkpoint.rng("i"), "run: i is I64 [], expected U64 [3]", FileError);
  CHECK_THROWS_WITH_AS(checkpoint.text("t"), "run: text t is missing", FileError);
  CHECK_THROWS_WITH_AS(checkpoint.put("e", {Checkpoint::Type::f64, {2}, "12345678"}),
                       "checkpoint: e, F64 [2], needs 16 bytes and has 8", ValueError);
}

TEST_CASE("checkpoint: parameters are loaded all or none") {
  Parameter a("a", Tensor({2}, {1, 2})), b("b", Tensor({1}, {3})), c("c", Tensor({1}, {4}));
  Checkpoint checkpoint("run");
  checkpoint.put_integer("step", 9);
  save_parameters(checkpoint, std::vector<Parameter*>{&a, &b});
  CHECK(checkpoint.contains("model.a"));

  Parameter a2("a", Tensor({2})), b2("b", Tensor({1}));
  const std::uint64_t version = a2.version();
  load_parameters(checkpoint, std::vector<Parameter*>{&b2, &a2});
  CHECK(a2.value() == a.value());
  CHECK(b2.value() == b.value());
  CHECK(a2.version() > version);

  a2.mutable_value().fill(0);
  const auto refuse = [&](std::vector<Parameter*> parameters, const char* message) {
    CHECK_THROWS_WITH_AS(load_parameters(checkpoint, parameters), message, FileError);
    CHECK(a2.value() == Tensor({2}));
  };
  refuse({&a2, &b2, &c}, "run: model.c is missing");
  refuse({&a2}, "run: model.b is not expected");
  Parameter wide("b", Tensor({3}));
  refuse({&a2, &wide}, "run: model.b has shape [1], expected [3]");
  checkpoint.put_integer("model.b", 1);
  Parameter scalar("b", Tensor(Shape{}));
  refuse({&a2, &scalar}, "run: model.b is I64, expected F32, F64, F16 or BF16");
}

TEST_CASE("checkpoint: entries are dropped and renamed") {
  Checkpoint checkpoint("run");
  checkpoint.put_integer("a", 1);
  checkpoint.put_integer("b", 2);
  checkpoint.rename("a", "c");
  CHECK_FALSE(checkpoint.contains("a"));
  CHECK(checkpoint.integer("c") == 1);
  CHECK_THROWS_WITH_AS(checkpoint.rename("c", "b"), "run: c cannot be named b, which is there too", ValueError);
  CHECK_THROWS_WITH_AS(checkpoint.rename("a", "d"), "run: a is missing", FileError);
  checkpoint.drop("b");
  CHECK_THROWS_WITH_AS(checkpoint.drop("b"), "run: b is missing", FileError);
  CHECK(checkpoint.entries().size() == 1);
}

TEST_CASE("checkpoint: a count is neither negative nor beyond what can be counted exactly") {
  Checkpoint checkpoint("run");
  for (const std::int64_t good : {std::int64_t{0}, std::int64_t{7}, std::int64_t{1} << 53}) {
    checkpoint.put_integer("n", good);
    CHECK(checkpoint.count("n") == good);
  }
  checkpoint.put_integer("n", -1);
  CHECK_THROWS_WITH_AS(checkpoint.count("n"), "run: n is -1, not a count from 0 to 9007199254740992", FileError);
  checkpoint.put_integer("n", std::numeric_limits<std::int64_t>::max());
  CHECK_THROWS_AS(checkpoint.count("n"), FileError);
  checkpoint.put_number("n", 1);
  CHECK_THROWS_AS(checkpoint.count("n"), FileError);
}

TEST_CASE("checkpoint: tensors are stored in 16 bits on request, and come back as the nearest numbers") {
  Checkpoint checkpoint("run");
  const Tensor x({4}, {1, -0.1F, 70000, 0.5});
  checkpoint.put("half", x, Checkpoint::Type::f16);
  checkpoint.put("bfloat", x, Checkpoint::Type::bf16);
  checkpoint.put("double", x, Checkpoint::Type::f64);
  CHECK(checkpoint.entries().at("half").bytes.size() == 8);
  CHECK(checkpoint.tensor("half") == Tensor({4}, {1, -0x1.998p-4F, std::numeric_limits<real>::infinity(), 0.5}));
  CHECK(checkpoint.tensor("bfloat") == Tensor({4}, {1, -0x1.9ap-4F, 70144, 0.5}));
  CHECK(checkpoint.tensor("double") == x);
  CHECK_THROWS_WITH_AS(checkpoint.put("x", x, Checkpoint::Type::i64), "checkpoint: x: a tensor cannot be stored as I64",
                       ValueError);

  Checkpoint model("run");
  model.put("model.weight", x);
  model.put_integer("model.steps", 3);
  model.put("other", x);
  model.store_as(Checkpoint::Type::bf16, "model.");
  CHECK(model.entries().at("model.weight").type == Checkpoint::Type::bf16);
  CHECK(model.tensor("model.weight") == checkpoint.tensor("bfloat"));
  CHECK(model.integer("model.steps") == 3);
  CHECK(model.tensor("other") == x);
}
