// Reads JSON for the shell tests.
//   test_json FILE KEY...           prints these entries, one a line; KEY is a name, or names and indices: a.0.b
//   test_json --same A B KEY...     whether two files hold the same but for entries named KEY, at any depth
// Exit code 1, with a line on stderr, for what is missing or differs, or is no JSON.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>

namespace {

using Json = nlohmann::json;

[[noreturn]] void fail(const std::string& message) {
  std::cerr << message << '\n';
  std::exit(1);
}

Json read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const Json json = Json::parse(in, nullptr, false);
  if (json.is_discarded()) fail(file + ": not JSON");
  return json;
}

const Json& entry(const Json& json, const std::string& path) {
  const Json* at = &json;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) {
    const bool index =
        !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (at->is_object() && at->contains(part))
      at = &(*at)[part];
    else if (at->is_array() && index && std::stoul(part) < at->size())
      at = &(*at)[std::stoul(part)];
    else
      fail("no entry " + path);
  }
  return *at;
}

void drop(Json& json, std::span<char*> keys) {
  if (json.is_object())
    for (const char* key : keys) json.erase(key);
  for (Json& inner : json)
    if (inner.is_structured()) drop(inner, keys);
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> words(argv, static_cast<std::size_t>(argc));
  if (words.size() >= 4 && std::string(words[1]) == "--same") {
    Json a = read(words[2]), b = read(words[3]);
    for (Json* json : {&a, &b}) drop(*json, words.subspan(4));
    if (a != b) fail(Json::diff(a, b).dump());
    return 0;
  }
  if (words.size() < 3) fail("usage: test_json FILE KEY..., or test_json --same A B KEY...");
  const Json json = read(words[1]);
  for (const char* key : words.subspan(2)) {
    const Json& value = entry(json, key);
    std::cout << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
  }
}
