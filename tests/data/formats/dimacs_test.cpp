#include <cotape/data/formats/dimacs.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include "../../temporary_folder.h"

using namespace cotape;

namespace {

DimacsMaxFlow read(const std::string& text) {
  const TemporaryFolder folder;
  return read_dimacs_max_flow(folder.put("a.max", text));
}

}  // namespace

TEST_CASE("dimacs: a maximum-flow problem") {
  const DimacsMaxFlow problem = read("c\nc a comment\np max 3 2\r\nn 3 s\nn 1 t\n\na 3 2 5\nc\na 2 1 0.5");
  CHECK(problem.nodes == 3);
  CHECK(problem.source == 2);
  CHECK(problem.target == 0);
  REQUIRE(problem.arcs.size() == 2);
  CHECK(problem.arcs[1].from == 1);
  CHECK(problem.arcs[1].to == 0);
  CHECK(problem.arcs[1].capacity == 0.5);
}

TEST_CASE("dimacs: what is wrong is told with its line") {
  const auto refuses = [](const std::string& text, const char* message) {
    CHECK_THROWS_WITH_AS(read(text), doctest::Contains(message), FileError);
  };
  const std::string head = "p max 3 1\nn 1 s\nn 3 t\n";
  refuses("", "no line \"p max NODES ARCS\" (line 1)");
  refuses("n 1 s\n", "the line \"p max NODES ARCS\" must come first (line 1)");
  refuses("p min 3 1\n", "a problem \"min\" is not max (line 1)");
  refuses("p max 1 1\n", "the number of nodes 1 is not a whole number from 2 to 1000000000 (line 1)");
  refuses("p max 3 9\nn 1 s\n", "9 arcs do not fit into the 7 bytes that follow (line 1)");
  refuses(head + head, "a second line \"p\" (line 4)");
  refuses(head + "n 2 t\na 1 3 2\n", "a second node t (line 4)");
  refuses(head + "n 2 x\na 1 3 2\n", "\"x\" stands where s or t should be (line 4)");
  refuses(head + "a 1 4 2\n", "node 4 is not a whole number from 1 to 3 (line 4)");
  refuses(head + "a 1 3 -2\n", "capacity -2 is negative (line 4)");
  refuses(head + "a 1 3 2\na 1 3 2\n", "more than 1 arcs (line 5)");
  refuses(head + "b 1 3 2\n", "a line begins with \"b\", not with c, p, n or a (line 4)");
  refuses("p max 3 0\nn 1 s\n", "no line \"n NODE t\" (line 3)");
  refuses("p max 3 0\nn 1 s\nn 1 t\n", "node 1 is source and sink (line 4)");
  refuses("p max 3 2\nn 1 s\nn 3 t\na 1 3 2\n", "1 arcs of 2 (line 5)");
}
