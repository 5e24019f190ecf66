#include <cotape/nn/train/serialize.h>
#include <doctest/doctest.h>

using namespace cotape;

TEST_CASE("safetensors: the double library writes F64 and reads F32") {
  Checkpoint checkpoint;
  checkpoint.put("w", Tensor({2}, {0.1, -1e300}));
  const Checkpoint same = from_safetensors(to_safetensors(checkpoint), "x");
  CHECK(same.entries().at("w").type == Checkpoint::Type::f64);
  CHECK(same.tensor("w") == Tensor({2}, {0.1, -1e300}));

  const float stored[] = {0.1f, -2.5f};
  Checkpoint single;
  single.put("w", {Checkpoint::Type::f32, {2}, std::string(reinterpret_cast<const char*>(stored), sizeof stored)});
  const Checkpoint loaded = from_safetensors(to_safetensors(single), "x");
  CHECK(loaded == single);
  CHECK(loaded.tensor("w") == Tensor({2}, {static_cast<double>(0.1f), -2.5}));
  Parameter w("w", Tensor({2}));
  load_parameters(loaded, std::vector<Parameter*>{&w}, "");
  CHECK(w.value()[1] == -2.5);
}
