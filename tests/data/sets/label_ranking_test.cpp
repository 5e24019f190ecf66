#include <cotape/data/sets/label_ranking.h>
#include <cotape/engine/base/error.h>

#include <doctest/doctest.h>

#include "../../temporary_folder.h"
#include "../formats/gzip.h"

using namespace cotape;

namespace {

const std::string header = "2,2,3,height,width,cat,dog,emu\n";

}  // namespace

TEST_CASE("label_ranking: names, features and ranks, in all forms of text") {
  const TemporaryFolder folder;
  const std::string plain = header + "0.5,-1e-1,1,2,3\n+2,4,3,1,2\n";
  for (const auto& path : {
           folder.put("plain.csv", plain),
           folder.put("packed.csv.gz", gzip(plain)),
           folder.put("no_end.csv", plain.substr(0, plain.size() - 1)),
           folder.put("blank_end.csv", plain + "\n\r\n"),
           folder.put("windows.csv", "2,2,3,height,width,cat,dog,emu\r\n 0.5,\t-0.1,1 ,2,3\r\n2,4.0,3,1,2\r\n"),
       }) {
    const LabelRanking table = read_label_ranking(path);
    CHECK(table.size() == 2);
    CHECK(table.feature_names == std::vector<std::string>{"height", "width"});
    CHECK(table.label_names == std::vector<std::string>{"cat", "dog", "emu"});
    CHECK(table.features == Tensor({2, 2}, {0.5, -0.1F, 2, 4}));
    CHECK(table.ranks == Tensor({2, 3}, {1, 2, 3, 3, 1, 2}));
  }
}

TEST_CASE("label_ranking: one feature, two labels, and many of both") {
  const TemporaryFolder folder;
  CHECK(read_label_ranking(folder.put("small", "1,1,2,x,a,b\n7,2,1\n")).ranks == Tensor({1, 2}, {2, 1}));
  std::string names = "1,300,200", row;
  for (int i = 0; i < 500; ++i) names += ",c" + std::to_string(i);
  for (int i = 0; i < 300; ++i) row += std::to_string(i) + ",";
  for (int i = 200; i > 0; --i) row += std::to_string(i) + (i > 1 ? "," : "\n");
  const LabelRanking table = read_label_ranking(folder.put("wide", names + "\n" + row));
  CHECK(table.features[299] == 299);
  CHECK(table.label_names.front() == "c300");
  CHECK(table.ranks[0] == 200);
  CHECK(table.ranks[199] == 1);
}

TEST_CASE("label_ranking: broken files are refused with file and line") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& bytes, const std::string& message) {
    const auto path = folder.put("broken.csv", bytes);
    CHECK_THROWS_WITH_AS(read_label_ranking(path), (path.string() + ": " + message).c_str(), FileError);
  };
  const auto bad_row = [&](const std::string& row, const std::string& message) {
    refused(header + "1,2,1,2,3\n" + row + "\n", message + " (at line 3)");
  };
  refused("", "the first line must be n,features,labels,names…, not \"\" (at line 1)");
  refused("a table\n", "the first line must be n,features,labels,names…, not \"a table\" (at line 1)");
  refused("x,2,3\n", "the number of examples is \"x\", not a whole number from 1 to 8589934592 (at line 1)");
  refused("0,2,3\n", "the number of examples is \"0\", not a whole number from 1 to 8589934592 (at line 1)");
  refused("2,2.0,3\n", "the number of features is \"2.0\", not a whole number from 1 to 1048576 (at line 1)");
  refused("2,2,1\n", "the number of labels is \"1\", not a whole number from 2 to 1048576 (at line 1)");
  refused("2,2,99999999999999999999\n",
          "the number of labels is \"99999999999999999999\", not a whole number from 2 to 1048576 (at line 1)");
  refused("2,2,3,a,b,c,d\n", "4 names for 2 features and 3 labels (at line 1)");
  refused("8589934592,2,3,a,b,c,d,e\n", "the file ends after 0 of 8589934592 examples (at line 2)");

  bad_row("1,2,1,2", "4 values for 2 features and 3 labels");
  bad_row("1,2,1,2,3,", "6 values for 2 features and 3 labels");
  bad_row("", "the file ends after 1 of 2 examples");
  bad_row("\n1,2,1,2,3", "1 values for 2 features and 3 labels");
  for (const char* missing : {"", " ", "?", "NA", "nan", "NaN"})
    bad_row("1," + std::string(missing) + ",1,2,3", "the value of width is missing");
  bad_row("1,2,1,?,3", "the rank of dog is missing");
  bad_row("one,2,1,2,3", "the value of height is \"one\", not a number");
  bad_row("1,2x,1,2,3", "the value of width is \"2x\", not a number");
  bad_row("1,0x10,1,2,3", "the value of width is \"0x10\", not a number");
  bad_row("1,1e99,1,2,3", "the value of width is \"1e99\", not a finite number");
  bad_row("1,inf,1,2,3", "the value of width is \"inf\", not a finite number");
  bad_row("1,2,0,1,2", "the rank of cat is \"0\", not a whole number from 1 to 3");
  bad_row("1,2,1,2,4", "the rank of emu is \"4\", not a whole number from 1 to 3");
  bad_row("1,2,1,2.5,2.5", "the rank of dog is \"2.5\", not a whole number from 1 to 3");
  bad_row("1,2,2,1,2", "the ranks are not a permutation: cat and emu both have rank 2");
  refused(header + "1,2,1,2,3\n1,2,1,2,3\n1,2,1,2,3\n", "more lines than the 2 examples of the first line (at line 4)");
  std::string long_row, shortened = "the value of height is \"";
  long_row.append(100, '9').append("x,2,1,2,3");
  shortened.append(60, '9').append("…\", not a number");
  bad_row(long_row, shortened);

  const auto none = folder / "none.csv";
  CHECK_THROWS_WITH_AS(read_label_ranking(none), doctest::Contains(none.string().c_str()), FileError);
}

TEST_CASE("label_ranking: a file cut off anywhere is refused or whole") {
  const TemporaryFolder folder;
  const std::string whole = header + "0.5,1,1,2,3\n2,4,3,1,2\n";
  for (std::size_t length = 0; length + 1 < whole.size(); ++length)
    CHECK_THROWS_AS(read_label_ranking(folder.put("cut", whole.substr(0, length))), FileError);
  const std::string packed = gzip(whole);
  for (std::size_t length = 0; length < packed.size(); ++length)
    CHECK_THROWS_AS(read_label_ranking(folder.put("cut", packed.substr(0, length))), FileError);
}

TEST_CASE("label ranking: a byte order mark, and numbers too small for their type") {
  const TemporaryFolder folder;
  const LabelRanking table = read_label_ranking(folder.put("a.csv",
                                                           "\xEF\xBB\xBF"
                                                           "1,2,2,a,b,x,y\n1e-50,-1e-400,1,2\n"));
  CHECK(table.feature_names == std::vector<std::string>{"a", "b"});
  CHECK(table.features == Tensor({1, 2}, {real(1e-50), 0}));
  CHECK_THROWS_WITH_AS(read_label_ranking(folder.put("b.csv", "1,1,2,a,x,y\n1e400,1,2\n")),
                       doctest::Contains("the value of a is \"1e400\", not a finite number (at line 2)"), FileError);
}

TEST_CASE("label ranking: foreign text in messages is short and harmless") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& bytes, const std::string& message) {
    const auto path = folder.put("a.csv", bytes);
    CHECK_THROWS_WITH_AS(read_label_ranking(path), (path.string() + ": " + message).c_str(), FileError);
  };
  refused("1,1,2,\x1b]0;pwned\x07,x,y\n?,1,2\n", "the value of \\x1b]0;pwned\\x07 is missing (at line 2)");
  refused(std::string("1,1,2\0\0,a,x,y\n", 14),
          "the number of labels is \"2\\x00\\x00\", not a whole number from 2 to 1048576 (at line 1)");
  refused("1,1,2,a,x,y\n" + std::string(100, '7') + "x,1,2\n",
          "the value of a is \"" + std::string(60, '7') + "…\", not a number (at line 2)");
}

TEST_CASE("label ranking: no more text is read than the first line announces") {
  const TemporaryFolder folder;
  std::string text = "2,1,2,a,x,y\n0,1,2\n0,1,2\n";
  text.resize(100'000'000, '\n');
  const auto path = folder.put("a.csv.gz", gzip(text));
  CHECK(std::filesystem::file_size(path) < 200'000);
  CHECK_THROWS_WITH_AS(read_label_ranking(path),
                       (path.string() + ": the file has more than 576 bytes (at byte 588)").c_str(), FileError);
}
