#include <cotape/engine/base/error.h>
#include <cotape/nn/optim/plateau.h>

#include <algorithm>
#include <cmath>

namespace cotape {
inline namespace COTAPE_PRECISION {

Plateau::Plateau(const PlateauOptions& options) : options_(options), rate_(options.rate) {
  best_ = std::numeric_limits<double>::infinity() * (options.maximise ? -1 : 1);
  const auto check = [](const char* option, double value) {
    if (!(value >= 0) || !std::isfinite(value))
      fail<ValueError>("plateau: ", option, ' ', value, " is not a finite number ≥ 0");
  };
  check("rate", options.rate);
  check("factor", options.factor);
  check("patience", static_cast<double>(options.patience));
  check("threshold", options.threshold);
  check("cooldown", static_cast<double>(options.cooldown));
  check("min_rate", options.min_rate);
  if (options.factor >= 1) fail<ValueError>("plateau: factor ", options.factor, " is not below 1");
}

double Plateau::update(double measurement) {
  if (better(measurement)) {
    best_ = measurement;
    no_better_ = 0;
  } else {
    ++no_better_;
  }
  if (cooling_ > 0) {
    --cooling_;
    no_better_ = 0;
  }
  if (no_better_ > options_.patience) {
    rate_ = std::min(rate_, std::max(rate_ * options_.factor, options_.min_rate));
    cooling_ = options_.cooldown;
    no_better_ = 0;
  }
  return rate_;
}

bool Plateau::better(double measurement) const {
  if (std::isinf(best_)) return options_.maximise ? measurement > best_ : measurement < best_;
  const double least = options_.threshold * std::abs(best_);
  return options_.maximise ? measurement > best_ + least : measurement < best_ - least;
}

void Plateau::save(Checkpoint& checkpoint, const std::string& prefix) const {
  checkpoint.put_number(prefix + "rate", rate_);
  checkpoint.put_number(prefix + "best", best_);
  checkpoint.put_integer(prefix + "no_better", no_better_);
  checkpoint.put_integer(prefix + "cooling", cooling_);
}

void Plateau::load(const Checkpoint& checkpoint, const std::string& prefix) {
  const double rate = checkpoint.number(prefix + "rate"), best = checkpoint.number(prefix + "best");
  const std::int64_t no_better = checkpoint.count(prefix + "no_better");
  cooling_ = checkpoint.count(prefix + "cooling");
  rate_ = rate;
  best_ = best;
  no_better_ = no_better;
}

}  // namespace COTAPE_PRECISION
}  // namespace cotape
