#include <cotape/apps/solve/mps.h>
#include <cotape/data/formats/mps.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>
#include <cotape/engine/base/text.h>
#include <cotape/solvers/ilp/ilp.h>

namespace cotape::app {
namespace {

IlpInstance instance_of(const MpsProgram& program) {
  std::vector<IlpVariable> variables;
  for (const MpsProgram::Variable& x : program.variables) variables.push_back({x.lower, x.upper, x.integer});
  std::vector<IlpRow> rows;
  for (const MpsProgram::Row& row : program.rows) {
    rows.push_back({.lower = row.lower, .upper = row.upper});
    for (const auto& [variable, factor] : row.terms) rows.back().terms.push_back({variable, factor});
  }
  return {variables, rows};
}

Answer solve(const std::filesystem::path& path, MpsForm form) {
  const MpsProgram program = read_mps(path, form);
  std::vector<double> costs;
  for (const MpsProgram::Variable& x : program.variables) costs.push_back(x.cost);
  Answer answer;
  answer.size = std::to_string(program.rows.size()) + " rows, " + std::to_string(program.variables.size()) + " columns";
  try {
    const IlpResult result =
        solve_ilp(instance_of(program), costs, program.maximise ? Sense::maximise : Sense::minimise);
    answer.optimum = program.constant + result.objective;
    answer.seconds = result.seconds;
    for (std::size_t j = 0; j < result.values.size(); ++j)
      if (result.values[j] != 0)
        answer.solution += program.variables[j].name + ' ' + format_number(result.values[j]) + '\n';
  } catch (const Error& error) {
    fail<SolverError>(shown_path(path), ": ", error.what());
  }
  return answer;
}

}  // namespace

Answer solve_mps_file(const std::filesystem::path& path) { return solve(path, MpsForm::free); }
Answer solve_fixed_mps_file(const std::filesystem::path& path) { return solve(path, MpsForm::fixed); }

}  // namespace cotape::app
