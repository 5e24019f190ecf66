#!/usr/bin/env bash
# Takes the C++ out of a Markdown page, so that the build compiles and the tests run what readers will copy.
# Usage: check_readme.sh PAGE.md OUTPUT_FOLDER
#
# A ```cpp block with a main() becomes OUTPUT_FOLDER/program_N.cpp. All other blocks go into OUTPUT_FOLDER/fragments.cpp:
# each is the body of a function of its own, or, after the line <!-- cpp: declarations -->, stands at namespace scope,
# where the blocks after it see it. What a fragment needs and readers know can be given out of their sight in front of it:
#   <!-- cpp
#   Var costs = tape.variable(Tensor({2, 3}));
#   -->
# Exits 1 when the page has no C++ or a block that does not end.
set -euo pipefail
page=$1
folder=$2
mkdir -p "$folder"
rm -f "$folder"/*.cpp

awk -v folder="$folder" -v page="$page" '
  function error(message) {
    printf "%s:%d: %s\n", page, NR, message > "/dev/stderr"
    failed = 1
    exit 1
  }
  # #line makes the compiler name the page in its messages. Includes in a function body move to the top of the file.
  function add(text) {
    if (text ~ /^#include/) includes = includes text "\n"
    else code = code text "\n"
  }
  function start() {
    if (code == "") code = "#line " (NR + 1) " \"" page "\"\n"
  }
  function finish() {
    ++blocks
    if (code ~ /int main\(/) {
      printf "%s%s", includes, code > (folder "/program_" ++programs ".cpp")
      includes = ""
    } else if (declarations) {
      fragments = fragments code
      all_includes = all_includes includes
    } else {
      fragments = fragments "static void fragment_" ++calls "() {\n" code "}\n"
      all_includes = all_includes includes
    }
    code = includes = ""
    declarations = 0
  }
  /^```cpp[ \t]*$/ { start(); visible = 1; next }
  visible && /^```/ { visible = 0; finish(); next }
  visible { add($0); next }
  /^<!-- cpp: declarations -->$/ { declarations = 1; next }
  /^<!-- cpp$/ { start(); hidden = 1; next }
  hidden && /^-->$/ { hidden = 0; code = code "#line " (NR + 2) " \"" page "\"\n"; next }
  hidden { add($0) }
  END {
    if (failed) exit 1
    if (visible || hidden || code != "") error("the last block does not end, or hidden code has no block after it")
    if (blocks == 0) error("there is no C++ here")
    if (fragments == "") exit 0
    file = folder "/fragments.cpp"
    printf "#include <cotape/cotape.h>\n%susing namespace cotape;\n%sint main() {\n", all_includes, fragments > file
    for (i = 1; i <= calls; ++i) printf "  fragment_%d();\n", i > file
    printf "}\n" > file
  }
' "$page"
