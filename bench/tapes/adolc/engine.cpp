#include <adolc/adolc.h>

#include <cotape/bench/tapes/engine.h>

#include <array>
#include <stdexcept>

namespace cotape::bench::tapes {
namespace {

using Counts = std::array<std::size_t, STAT_SIZE>;

// Room for what is recorded, in entries, so that nothing goes to files.
struct Room {
  unsigned operations, locations, values, intermediates;
};
// More than any problem here needs.
constexpr Room most = {1U << 25, 1U << 27, 1U << 24, 1U << 26};

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("ADOL-C: ") + what);
}

// The tape of one problem's objective, which ADOL-C finds by its number.
class Adolc : public Engine {
 public:
  // Records once to see how much there is. Room for no more than that is easily found again for the next recording.
  Adolc(const Problem& problem, short tag) : problem_(problem), tag_(tag), room_(most) {
    record(start_of(problem).data(), true);
    const Counts all = counts();
    const auto some_more = [](std::size_t n) { return static_cast<unsigned>(n + n / 16 + 4096); };
    room_ = {some_more(all[NUM_OPERATIONS]), some_more(all[NUM_LOCATIONS]), some_more(all[NUM_VALUES]),
             some_more(all[TAY_STACK_SIZE])};
    removeTape(tag_, ADOLC_REMOVE_FROM_CORE);
  }
  ~Adolc() override { removeTape(tag_, ADOLC_REMOVE_FROM_CORE); }
  Adolc(const Adolc&) = delete;
  Adolc& operator=(const Adolc&) = delete;

  double tape_bytes() const override {
    const Counts all = counts();
    return static_cast<double>(all[NUM_OPERATIONS] + all[NUM_LOCATIONS] * sizeof(locint) +
                               all[NUM_VALUES] * sizeof(double) + all[TAY_STACK_SIZE] * sizeof(revreal));
  }

 protected:
  int parameters() const { return static_cast<int>(start_of(problem_).size()); }
  // Records the objective and returns its value; with `keep`, also what the reverse pass needs of the values between.
  double record(const double* parameters, bool keep) const {
    const std::size_t n = start_of(problem_).size();
    double value = 0;
    trace_on(tag_, keep ? 1 : 0, room_.operations, room_.locations, room_.values, room_.intermediates);
    {
      std::vector<adouble> x(n);
      for (std::size_t i = 0; i < n; ++i) x[i] <<= parameters[i];
      adouble y = value_of(problem_, x.data());
      y >>= value;
    }
    trace_off();
    return value;
  }
  // Other parameters in the recorded operations. Good as long as every comparison turns out as it did.
  double replay(const double* parameters) const {
    double value = 0;
    require(zos_forward(tag_, 1, this->parameters(), 1, parameters, &value) >= 0, "a comparison turned out otherwise");
    return value;
  }
  void reverse_into(double* gradient) const {
    double weight = 1;
    require(fos_reverse(tag_, 1, parameters(), &weight, gradient) >= 0, "the reverse pass failed");
  }

 private:
  Counts counts() const {
    Counts all{};
    tapestats(tag_, all.data());
    require(!all[OP_FILE_ACCESS] && !all[LOC_FILE_ACCESS] && !all[VAL_FILE_ACCESS], "the tape went to files");
    return all;
  }

  const Problem& problem_;
  short tag_;
  Room room_;
};

class Recorded final : public Adolc {
 public:
  explicit Recorded(const Problem& problem) : Adolc(problem, 1) {}
  double gradient(const double* parameters, double* gradient) override {
    const double value = record(parameters, true);
    reverse_into(gradient);
    return value;
  }
};

class Replayed final : public Adolc {
 public:
  explicit Replayed(const Problem& problem) : Adolc(problem, 2) { record(start_of(problem).data(), false); }
  double gradient(const double* parameters, double* gradient) override {
    const double value = replay(parameters);
    reverse_into(gradient);
    return value;
  }
};

}  // namespace

EngineKinds adolc_engines() {
  setStoreManagerType(ADOLC_LOCATION_SINGLETONS);  // the faster one; adoubles that lie together are not needed
  return {{.name = "ADOL-C", .make = [](const Problem& problem) { return std::make_unique<Recorded>(problem); }},
          {.name = "ADOL-C, tape replayed",
           .make = [](const Problem& problem) { return std::make_unique<Replayed>(problem); },
           .records = false}};
}

}  // namespace cotape::bench::tapes
