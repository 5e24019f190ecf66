#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <cotape/bench/table/tables.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>

using namespace cotape;
using namespace cotape::bench;

namespace {

// A folder of results that is gone at the end.
class Folder {
 public:
  Folder() : path(std::filesystem::temp_directory_path() / ("cotape_table_test." + std::to_string(getpid()))) {
    std::filesystem::create_directory(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { write_file(path / name, text); }

  std::filesystem::path path;
};

std::string round_line(const std::string& engine, int threads, double median, double peak) {
  return R"({"engine":")" + engine + R"(","step":"dvae","threads":)" + std::to_string(threads) + R"(,"median":)" +
         format_number(median) + R"(,"peak_bytes":)" + format_number(peak) +
         (engine == "cotape" ? R"(,"tensor_allocations_per_step":0,"tensor_bytes":1048576,"flops":2e9)" : "") + "}\n";
}

std::string solver_line(const std::string& problem, const std::string& size, const std::string& kind,
                        const std::string& engine, double median) {
  return R"({"problem":")" + problem + R"(","size":")" + size + R"(","kind":")" + kind + R"(","engine":")" + engine +
         R"(","instances":9,"median_us":)" + format_number(median) + R"(,"percentile99_us":9})" + "\n";
}

const std::vector<Value>* find_row(const Table& table, const std::string& first) {
  for (const auto& row : table.rows)
    if (row[0].text() == first) return &row;
  return nullptr;
}

std::string met(const Table& targets, const std::string& target) {
  const auto* row = find_row(targets, target);
  return row ? row->back().text() : "no such target";
}

}  // namespace

TEST_CASE("the spread of some numbers") {
  CHECK(spread({3, 1, 2}).median == 2);
  CHECK(spread({4, 1, 2, 3}).median == 2.5);
  CHECK(spread({4, 1, 2, 3}).lowest == 1);
  CHECK(spread({4, 1, 2, 3}).highest == 4);
  CHECK(std::isnan(spread({}).median));
}

TEST_CASE("a ratio is of the medians, its spread over rounds") {
  StepResult result;
  result.cotape.seconds = {1, 2, 4};
  result.cotape.flops = 6e9;
  result.torch.seconds = {4, 6, 8};
  result.torch_default.seconds = {5, 8};
  CHECK(result.ratio().median == 3);
  CHECK(result.ratio().lowest == 2);
  CHECK(result.ratio().highest == 4);
  CHECK(result.ratio(result.torch_default).median == 3.25);
  CHECK(result.ratio(result.torch_default).highest == 5);
  CHECK(result.gflops(result.cotape) == doctest::Approx(3));
  CHECK(result.gflops(result.torch) == doctest::Approx(1));
}

TEST_CASE("Markdown") {
  const Table table{.name = "one",
                    .note = "A note.",
                    .columns = {"what", "µs"},
                    .rows = {{"a", 1.23456}, {"longer", 123456.7}, {"b", std::nan("")}, {"c", 7}, {"d", true}}};
  CHECK(to_markdown(table) ==
        "## one\n\nA note.\n\n"
        "| what   | µs     |\n"
        "| ------ | ------ |\n"
        "| a      | 1.235  |\n"
        "| longer | 123457 |\n"
        "| b      | –      |\n"
        "| c      | 7      |\n"
        "| d      | yes    |\n\n");
}

TEST_CASE("JSON keeps all digits") {
  const Table table{.name = "one", .note = "", .columns = {"a", "b"}, .rows = {{1.23456789, std::nan("")}}};
  CHECK(nlohmann::json::parse(to_json({table})) == nlohmann::json{{"one", {{{"a", 1.23456789}, {"b", nullptr}}}}});
}

TEST_CASE("targets of a run") {
  const Folder folder;
  folder.write("sgemm.jsonl", R"({"threads":1,"gflops":100})"
                              "\n");
  folder.write("rounds.jsonl", round_line("cotape", 1, 0.02, 100) + round_line("torch", 1, 0.04, 90) +
                                   round_line("cotape", 2, 0.01, 80) + round_line("torch", 2, 0.029, 90));
  folder.write("default_rounds.jsonl", round_line("torch", 1, 0.05, 90) + round_line("torch", 2, 0.04, 90));
  folder.write("check.jsonl",
               R"({"check":"dvae","whole_batch":{"output_error":1e-6,"gradient_error":3e-3},"examples":50,)"
               R"("agreement":{"gradient_error":2e-4,"gradient_tensor":"w"}})"
               "\n");
  folder.write("profile.md", "| op | ms |\n");
  const Results results = read_results(folder.path);
  CHECK(results.profile == "| op | ms |\n");
  CHECK(machine_table(results).rows.size() == 1);  // SGEMM's rate alone: there is no machine.json
  const auto steps = step_table(results);
  REQUIRE(steps.rows.size() == 2);
  CHECK(steps.rows[0][9].text() == "1");  // 2 GFLOP in 0.02 s, by 100 GFLOP/s
  CHECK(steps.rows[1][13].text() == "4");
  const Table targets = target_table(results);
  CHECK(met(targets, "dvae: libtorch's time by cotape's, two threads") == "no");
  CHECK(met(targets, "dvae: libtorch's time by cotape's, one thread") == "yes");
  CHECK(met(targets, "dvae: two threads against one") == "yes");
  CHECK(met(targets, "dvae: peak memory by libtorch's, at most") == "no");
  CHECK(met(targets, "dvae: tensor allocations a step, at most") == "yes");
  CHECK(met(targets, "dvae: relative difference to libtorch, results and gradients") == "no");
  CHECK(met(targets, "globe: two threads against one") == "not measured");
  CHECK(met(targets, "grid path 12x12, terrain: median us") == "not measured");
}

TEST_CASE("what bench_micro and bench_solvers leave") {
  const Folder folder;
  folder.write("micro_1.json", R"({"benchmarks":[
    {"name":"solver/top_10_of_20/real_time","real_time":150,"time_unit":"us","row":7.5e-8},
    {"name":"rule/imle/12x12/manual_time","real_time":300,"time_unit":"us","overhead":0.25,"noise":0.1}]})");
  folder.write("solvers.jsonl", solver_line("grid path", "12x12", "terrain", "cotape", 2) +
                                    solver_line("grid path", "12x12", "terrain", "boost dijkstra", 8) +
                                    solver_line("grid path", "12x12", "terrain", "lemon dijkstra", 3) +
                                    solver_line("spanning tree", "10", "uniform", "cotape", 1.5) +
                                    solver_line("spanning tree", "10", "uniform", "boost prim", 3) +
                                    solver_line("assignment", "50", "uniform", "scipy", 60));
  const Results results = read_results(folder.path);
  const Table solvers = solver_table(results);
  REQUIRE(solvers.rows.size() == 6);
  CHECK(solvers.rows[1][3].text() == "boost dijkstra");
  CHECK(solvers.rows[1][4].text() == "8");
  CHECK(solvers.rows[1][6].text() == "4");
  CHECK(solvers.rows[5][6].json() == "null");  // cotape was not measured
  const Table times = solver_times_table(results);
  REQUIRE(times.rows.size() == 1);
  CHECK(times.rows[0][0].text() == "`top_10_of_20`");
  CHECK(times.rows[0][1].text() == "0.075");
  const Table targets = target_table(results);
  CHECK(met(targets, "top 10 of 20 in a batch: ns a row, one thread") == "yes");
  CHECK(met(targets, "rule/imle/12x12: overhead but for drawing its noise, one thread") == "no");
  CHECK(met(targets, "grid path 12x12, terrain: median us") == "yes");
  CHECK(met(targets, "grid path 12x12, terrain: fastest peer's time by cotape's") == "no");
  CHECK(met(targets, "grid path 12x12, uniform: fastest peer's time by cotape's") == "not measured");
  CHECK(met(targets, "spanning tree 10, uniform: median us") == "no");
  CHECK(met(targets, "spanning tree 10, uniform: fastest peer's time by cotape's") == "yes");
  CHECK(met(targets, "assignment 50, uniform: fastest peer's time by cotape's") == "not measured");
}

TEST_CASE("what bench_tapes leaves") {
  const Folder folder;
  folder.write("tapes.jsonl",
               R"({"problem":"gmm","size":"n 9","parameters":7,"engine":"cotape","median_us":30,"objective_us":20,)"
               R"("tape_bytes":1048576,"peak_growth_bytes":null})"
               "\n"
               R"({"problem":"gmm","size":"n 9","parameters":7,"engine":"Sacado","median_us":90,"objective_us":20,)"
               R"("tape_bytes":null,"peak_growth_bytes":2097152})"
               "\n");
  const Table tapes = tape_table(read_results(folder.path));
  REQUIRE(tapes.rows.size() == 2);
  CHECK(tapes.rows[0][5].text() == "1.5");
  CHECK(tapes.rows[0][7].text() == "1");
  CHECK(tapes.rows[0][8].json() == "null");
  CHECK(tapes.rows[1][6].text() == "3");
  CHECK(tapes.rows[1][7].json() == "null");
  CHECK(tapes.rows[1][8].text() == "2");
}

TEST_CASE("a broken line is named") {
  const Folder folder;
  folder.write("rounds.jsonl", round_line("cotape", 1, 0.02, 100) + "{\"engine\":\n");
  try {
    read_results(folder.path);
    FAIL("nothing was thrown");
  } catch (const FileError& error) {
    CHECK(std::string(error.what()).find("rounds.jsonl:2: ") != std::string::npos);
  }
}
