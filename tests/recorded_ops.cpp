#include "recorded_ops.h"

#include <cotape/engine/tape/graph.h>

#include <filesystem>
#include <fstream>
#include <mutex>

// A test program holds the library's record.cpp itself, with record_node under another name, and a record_node of its
// own: the linker then leaves the library's object out, and every op recorded anywhere passes through here.
#define record_node unobserved_record_node
#include <cotape/engine/tape/record.cpp>
#undef record_node

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

std::mutex mutex;
std::set<std::string> recorded, checked, twice, once, surrogates;

void write(const std::set<std::string>& names, const std::string& file) {
  std::ofstream out(file);
  for (const std::string& name : names) out << name << '\n';
}

}  // namespace

Var record_node(const Op& op, std::span<const Var> inputs, FunctionRef<void(Forward&)> forward, VjpFunction vjp,
                VjpFunction before, std::span<const bool> differentiable) {
  {
    const std::lock_guard lock(mutex);
    (op.surrogate ? surrogates : recorded).insert(op.name);
  }
  return unobserved_record_node(op, inputs, forward, std::move(vjp), std::move(before), differentiable);
}

void note_checked_ops(const std::set<std::string>& names) {
  const std::lock_guard lock(mutex);
  checked.insert(names.begin(), names.end());
}

void note_twice_checked_ops(const std::set<std::string>& names) {
  note_checked_ops(names);
  const std::lock_guard lock(mutex);
  twice.insert(names.begin(), names.end());
}

void note_once_op(const std::string& name) {
  const std::lock_guard lock(mutex);
  once.insert(name);
}

void write_op_names(const std::string& prefix) {
  std::filesystem::create_directories(std::filesystem::path(prefix).parent_path());
  write(recorded, prefix + ".recorded");
  write(checked, prefix + ".checked");
  write(twice, prefix + ".twice");
  write(once, prefix + ".once");
  write(surrogates, prefix + ".surrogates");
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
