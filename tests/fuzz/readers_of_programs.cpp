#include <cotape/apps/playground/answer.h>
#include <cotape/engine/base/error.h>

#include <nlohmann/json.hpp>

#include "readers.h"

using namespace cotape;

namespace {

// What is posted to the playground.
std::string playground(std::string_view input) {
  const app::Answer reply = app::answer(input);
  if (!reply.good) fail<ValueError>(nlohmann::json::parse(reply.json).at("error").get<std::string>());
  return reply.json;
}

}  // namespace

std::vector<Reader> readers_of_programs() { return {{"playground", playground}}; }
