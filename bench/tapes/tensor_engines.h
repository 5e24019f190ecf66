#pragma once
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include <cotape/bench/tapes/engine.h>

namespace cotape::bench::tapes {

// The ways of a library of tensors, whose Engine takes an objective in the library's ops: `objective_of` any problem,
// and for the LSTM, as `layer_name`, what `with_layer` makes of it with the library's own layer.
template <template <class> class LibraryEngine, class ObjectiveOf, class WithLayer>
EngineKinds tensor_engines(const std::string& name, ObjectiveOf objective_of, const std::string& layer_name,
                           WithLayer with_layer) {
  const auto engine = [](auto objective) -> std::unique_ptr<Engine> {
    return std::make_unique<LibraryEngine<decltype(objective)>>(std::move(objective));
  };
  const auto single_ops = [=](const Problem& problem) {
    return std::visit([&](const auto& p) { return engine(objective_of(p)); }, problem);
  };
  const auto layer = [=](const Problem& problem) {
    const auto* lstm = std::get_if<Lstm>(&problem);
    return lstm ? engine(with_layer(*lstm)) : nullptr;
  };
  return {{.name = name, .make = single_ops}, {.name = layer_name, .make = layer}};
}

}  // namespace cotape::bench::tapes
