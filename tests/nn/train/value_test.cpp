#include <cotape/nn/train/value.h>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

using namespace cotape;

TEST_CASE("value: numbers have their shortest text") {
  CHECK(format_number(0.1) == "0.1");
  CHECK(format_number(1.0 / 3) == "0.3333333333333333");
  CHECK(format_number(100000.0) == "100000");
  CHECK(format_number(3e-7) == "3e-07");
  CHECK(format_number(1e300) == "1e+300");
  CHECK(format_number(-2.5) == "-2.5");
  CHECK(format_number(std::nan("")) == "nan");
  CHECK(format_number(-std::nan("")) == "nan");
  CHECK(format_number(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(format_number(0.1F) == "0.1");
  CHECK(short_number(98.76543) == "98.765");
}

TEST_CASE("value: a mean has as many decimals as its deviation of two digits") {
  CHECK(with_deviation(0.963667, 0.00451) == "0.9637 ± 0.0045");
  CHECK(with_deviation(2851.4, 1698.2) == "2851 ± 1698");
  CHECK(with_deviation(-4, 1.4142) == "-4.0 ± 1.4");
  CHECK(with_deviation(0.98765432, 0) == "0.98765 ± 0");
  CHECK(with_deviation(1.5, 1e-12) == "1.5 ± 1e-12");
  CHECK(with_deviation(1.3e11, 2e10) == "1.3e+11 ± 2e+10");
  CHECK(with_deviation(std::nan(""), std::nan("")) == "nan ± nan");
}

TEST_CASE("value: text and JSON of each kind") {
  CHECK(Value(true).json() == "true");
  CHECK(Value(false).text() == "no");
  CHECK(Value(-7).json() == "-7");
  CHECK(Value(std::numeric_limits<std::uint64_t>::max()).json() == "18446744073709551615");
  CHECK(Value(0.25).json() == "0.25");
  CHECK(Value(0.1F).json() == "0.1");
  CHECK(Value(std::nan("")).json() == "null");
  CHECK(Value(std::nan("")).text() == "nan");
  CHECK(Value(1.0 / 3).short_text() == "0.33333");
  CHECK(Value("a \"b\"\n\\").json() == R"("a \"b\"\n\\")");
  CHECK(Value("not a bool").text() == "not a bool");
  CHECK(Value("\xFF").json() == "\"\uFFFD\"");
}

TEST_CASE("value: a record keeps its order and is read back by a JSON parser") {
  const Record record = {{"z", 1}, {"a", 0.1}, {"text", "λ"}, {"yes", true}};
  CHECK(to_json(record) == "{\n  \"z\": 1,\n  \"a\": 0.1,\n  \"text\": \"λ\",\n  \"yes\": true\n}\n");
  const nlohmann::json json = nlohmann::json::parse(to_json(record));
  CHECK(json["a"].get<double>() == 0.1);
  CHECK(json["text"] == "λ");
  CHECK(to_json(Record{}) == "{\n}\n");
}
