#include <cotape/data/formats/csv.h>
#include <cotape/data/formats/npy.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include <cmath>

#include "../../temporary_folder.h"
#include "gzip.h"
#include "refusal.h"

using namespace cotape;

TEST_CASE("csv: numbers with and without names, in all forms of text") {
  const TemporaryFolder folder;
  const std::string rows = "0.5,-1e-1\n+2,4\n";
  for (const auto& path :
       {folder.put("plain.csv", rows), folder.put("packed.csv.gz", gzip(rows)),
        folder.put("no_end.csv", rows.substr(0, rows.size() - 1)), folder.put("blank_end.csv", rows + "\n\r\n"),
        folder.put("windows.csv", " 0.5,\t-0.1\r\n2 ,4.0\r\n"), folder.put("mark.csv", "\xEF\xBB\xBF" + rows)}) {
    const CsvTable table = read_csv(path);
    CHECK(table.names.empty());
    CHECK(table.values == Tensor({2, 2}, {real(0.5), real(-0.1), 2, 4}));
  }
  const CsvTable named = read_csv(folder.put("named.csv", "height, 7\n1,2\n"));
  CHECK(named.names == std::vector<std::string>{"height", "7"});
  CHECK(named.values == Tensor({1, 2}, {1, 2}));
  CHECK(read_csv(folder.put("one.csv", "3")).values == Tensor({1, 1}, {3}));
}

TEST_CASE("csv: broken files are refused with file and line") {
  const auto refusal = [](const std::string& text) { return refusal_of(read_csv, "broken.csv", text); };
  CHECK(refusal("") == "the file is empty");
  CHECK(refusal("a,b\n") == "the file ends behind its names (at line 1)");
  CHECK(refusal("1,2\n3\n") == "1 values, not 2 as in the first line (at line 2)");
  CHECK(refusal("1,2\n\n3,4\n") == "1 values, not 2 as in the first line (at line 2)");
  CHECK(refusal("1,2\n3,x\n") == "value 2 is \"x\", not a number (at line 2)");
  CHECK(refusal("1,2\n3,1e999\n") == "value 2 is \"1e999\", not a finite number (at line 2)");
  CHECK(refusal("1,inf\n") == "value 2 is \"inf\", not a finite number (at line 1)");
  for (const char* missing : {"", " ", "?", "NA", "nan"})
    CHECK(refusal("1,2\n" + std::string(missing) + ",1\n") == "value 1 is missing (at line 2)");
  CHECK(refusal("1,?\n") == "value 2 is missing (at line 1)");
  CHECK(refusal("1\n\x1b[31m\n") == "value 1 is \"\\x1b[31m\", not a number (at line 2)");
  CHECK(refusal("\n1\n") == "value 1 is missing (at line 1)");
}

TEST_CASE("csv: a table is read from either format, by its content") {
  const TemporaryFolder folder;
  write_npy(folder / "table.csv", NpyArray{{2, 3, 1}, std::vector<double>{1, 2, 3, 4, 5, 6}});
  CHECK(read_table(folder / "table.csv") == Tensor({2, 3, 1}, {1, 2, 3, 4, 5, 6}));
  write_npy(folder / "whole.npy", NpyArray{{2}, std::vector<std::int64_t>{-3, 7}});
  CHECK(read_table(folder / "whole.npy") == Tensor({2}, {-3, 7}));
  write_npy(folder / "half.npy", NpyArray{{1}, std::vector<Half>{Half(0.5F)}});
  CHECK(read_table(folder / "half.npy") == Tensor({1}, {0.5}));
  CHECK(read_table(folder.put("table.npy", "a,b\n1,2\n")) == Tensor({1, 2}, {1, 2}));
  write_npy(folder / "broken.npy", NpyArray{{2}, std::vector<float>{1, std::nanf("")}});
  CHECK_THROWS_WITH_AS(read_table(folder / "broken.npy"), doctest::Contains("the number at index 1 is not finite"),
                       FileError);
  CHECK_THROWS_AS(read_table(folder / "none.npy"), FileError);
}
