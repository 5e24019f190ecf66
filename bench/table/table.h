#pragma once
#include <string>
#include <vector>

#include <cotape/nn/train/value.h>

namespace cotape::bench {

// A table of results: columns named with their units. NaN is what was not measured.
struct Table {
  std::string name;  // "training steps"
  std::string note;  // how to read it, one paragraph
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

// Markdown: heading, note, columns padded so that it reads well as text, numbers to about four digits, "–" for NaN.
std::string to_markdown(const Table& table);
// A JSON object with an entry for each table: a list of rows, each an object by columns. All digits, null for NaN.
std::string to_json(const std::vector<Table>& tables);

}  // namespace cotape::bench
