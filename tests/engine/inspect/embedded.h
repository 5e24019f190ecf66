#pragma once
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

using Json = nlohmann::json;

// The JSON in the page of an inspection, between its tags.
inline Json embedded(const std::string& html) {
  const std::string tag = "<script type=\"application/json\" id=\"inspection\">";
  const std::size_t begin = html.find(tag);
  REQUIRE(begin != std::string::npos);
  const std::size_t from = begin + tag.size();
  return Json::parse(html.substr(from, html.find("</script>", from) - from));
}
