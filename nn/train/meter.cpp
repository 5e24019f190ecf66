#include <cotape/engine/base/error.h>
#include <cotape/engine/base/text.h>
#include <cotape/nn/train/meter.h>
#include <cotape/nn/train/value.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <sstream>

namespace cotape {
inline namespace COTAPE_PRECISION {
namespace {

constexpr double max_count = 0x1p53;  // whole numbers up to here are exact

}  // namespace

void Meter::sum(std::string_view name, double value) { add(quantity(name, Kind::sum), value, 1); }
void Meter::share(std::string_view name, double part, double whole) { add(quantity(name, Kind::share), part, whole); }
void Meter::mean(std::string_view name, double value, double weight) {
  Quantity& q = quantity(name, Kind::share);
  q.total += weight * value;
  q.weight += weight;
}
void Meter::maximum(std::string_view name, double value) { add(quantity(name, Kind::maximum), value, 1); }
void Meter::latest(std::string_view name, double value) { add(quantity(name, Kind::latest), value, 1); }

double Meter::value(std::string_view name) const {
  const Quantity& q = find(name);
  if (q.kind != Kind::share) return q.total;
  return q.weight != 0 ? q.total / q.weight : 0;
}

bool Meter::contains(std::string_view name) const {
  return std::any_of(quantities_.begin(), quantities_.end(), [&](const Quantity& q) { return q.name == name; });
}

std::vector<std::string> Meter::names() const {
  std::vector<std::string> names;
  for (const Quantity& q : quantities_) names.push_back(q.name);
  return names;
}

void Meter::merge(const Meter& other) {
  Meter merged = *this;
  for (const Quantity& q : other.quantities_) add(merged.quantity(q.name, q.kind), q.total, q.weight);
  *this = std::move(merged);
}

std::string Meter::bytes() const {
  std::string bytes;
  const auto put = [&](const auto& value) { bytes.append(reinterpret_cast<const char*>(&value), sizeof value); };
  for (const Quantity& q : quantities_) {
    put(q.kind), put(q.total), put(q.weight), put(q.name.size());
    bytes += q.name;
  }
  return bytes;
}

Meter Meter::from_bytes(std::string_view bytes) {
  Meter meter;
  const auto take = [&](void* to, std::size_t size) {
    if (size > bytes.size()) fail<ValueError>("meter: the bytes end early");
    std::memcpy(to, bytes.data(), size);
    bytes.remove_prefix(size);
  };
  while (!bytes.empty()) {
    Quantity q{};
    std::size_t length = 0;
    take(&q.kind, sizeof q.kind), take(&q.total, sizeof q.total), take(&q.weight, sizeof q.weight);
    take(&length, sizeof length);
    if (length > bytes.size()) fail<ValueError>("meter: the bytes end early");
    q.name = bytes.substr(0, length);
    bytes.remove_prefix(length);
    meter.quantities_.push_back(std::move(q));
  }
  return meter;
}

void Meter::save(Checkpoint& checkpoint, const std::string& prefix) const {
  std::string text;
  for (const Quantity& q : quantities_) {
    text += (text.empty() ? "" : ",") + std::string(name_of(q.kind)) + " " + q.name;
    checkpoint.put_number(prefix + "." + q.name + ".total", q.total);
    checkpoint.put_number(prefix + "." + q.name + ".weight", q.weight);
  }
  checkpoint.put_text(prefix, text);
}

void Meter::load(const Checkpoint& checkpoint, const std::string& prefix) {
  Meter loaded;
  std::istringstream text(checkpoint.text(prefix));
  for (std::string entry; std::getline(text, entry, ',');) {
    const std::size_t space = entry.find(' ');
    const std::string kind = entry.substr(0, space), name = space == entry.npos ? "" : entry.substr(space + 1);
    constexpr std::array kinds = {Kind::sum, Kind::share, Kind::maximum, Kind::latest};
    const auto* found = std::find_if(kinds.begin(), kinds.end(), [&](Kind k) { return name_of(k) == kind; });
    if (found == kinds.end() || name.empty() || loaded.contains(name))
      fail<FileError>(checkpoint.source(), ": \"", shown(entry), "\" in ", prefix, " is no kind and name of a number");
    const std::string weight_name = prefix + "." + name + ".weight";
    const Quantity q{name, *found, checkpoint.number(prefix + "." + name + ".total"), checkpoint.number(weight_name)};
    // Totals may be anything, also what is not finite. A weight may too where a program gives it; else it counts calls.
    const bool is_count = q.weight >= 0 && q.weight <= max_count && q.weight == std::trunc(q.weight);
    if (q.kind != Kind::share && !is_count)
      fail<FileError>(checkpoint.source(), ": ", weight_name, " is ", q.weight, ", no number of calls");
    loaded.quantities_.push_back(q);
  }
  *this = std::move(loaded);
}

std::string_view Meter::name_of(Kind kind) {
  switch (kind) {
    case Kind::sum:
      return "sum";
    case Kind::share:
      return "share";
    case Kind::maximum:
      return "maximum";
    case Kind::latest:
      return "latest";
  }
  return "";
}

void Meter::add(Quantity& to, double total, double weight) {
  const bool first = to.weight == 0;
  if (to.kind == Kind::sum || to.kind == Kind::share)
    to.total += total;
  else if (to.kind == Kind::latest || first || (!std::isnan(to.total) && !(total <= to.total)))
    to.total = total;
  to.weight += weight;
}

const Meter::Quantity& Meter::find(std::string_view name) const {
  for (const Quantity& q : quantities_)
    if (q.name == name) return q;
  fail<ValueError>("meter: nothing was recorded as ", name, ", only ", join(names()));
}

Meter::Quantity& Meter::quantity(std::string_view name, Kind kind) {
  for (Quantity& q : quantities_)
    if (q.name == name) {
      if (q.kind != kind)
        fail<ValueError>("meter: ", name, " was recorded as a ", name_of(q.kind), " and is now a ", name_of(kind));
      return q;
    }
  if (name.empty() || name.find_first_of(",\"\r\n") != name.npos)
    fail<ValueError>("meter: the name \"", shown(name), "\" is empty or holds a comma, a quote or a line end");
  quantities_.push_back({std::string(name), kind});
  return quantities_.back();
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
