#include <cotape/apps/common/train/processes.h>
#include <cotape/engine/base/error.h>

#define OMPI_SKIP_MPICXX 1  // the functions of C do
#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>

namespace cotape::app {
namespace {

// MPI ends all processes by itself, with a message, when one of its calls fails.
class MpiProcesses final : public Processes {
 public:
  MpiProcesses() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &count_);
  }
  std::int64_t rank() const override { return rank_; }
  std::int64_t count() const override { return count_; }

 private:
  // Returns when the partner has come here too. MPI's own waiting takes a whole core from processes that still compute,
  // where cores are few; here a wait that is not short sleeps, about an eighth of what it has lasted so far at a time,
  // and so is that much longer at most.
  static void meet(int partner) {
    using namespace std::chrono;
    constexpr int short_wait = 1000;  // tests
    std::array<MPI_Request, 2> both{};
    MPI_Irecv(nullptr, 0, MPI_BYTE, partner, 1, MPI_COMM_WORLD, &both[0]);
    MPI_Isend(nullptr, 0, MPI_BYTE, partner, 1, MPI_COMM_WORLD, &both[1]);
    nanoseconds pause = microseconds(20);
    for (int tests = 1;; ++tests) {
      int done = 0;
      MPI_Testall(2, both.data(), &done, MPI_STATUSES_IGNORE);
      if (done != 0) return;
      if (tests <= short_wait) {
        std::this_thread::yield();
      } else {
        std::this_thread::sleep_for(pause);
        pause = std::min<nanoseconds>(pause * 9 / 8, milliseconds(1));
      }
    }
  }

  void carry(std::int64_t partner, std::span<const std::byte> sent, std::span<std::byte> taken) override {
    // MPI counts in int.
    constexpr std::size_t most = std::size_t{1} << 30;
    const auto other = static_cast<int>(partner);
    meet(other);
    do {
      const std::size_t out = std::min(sent.size(), most), in = std::min(taken.size(), most);
      MPI_Sendrecv(sent.data(), static_cast<int>(out), MPI_BYTE, other, 0, taken.data(), static_cast<int>(in), MPI_BYTE,
                   other, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      sent = sent.subspan(out);
      taken = taken.subspan(in);
    } while (!sent.empty() || !taken.empty());
  }

  int rank_ = 0, count_ = 1;
};

// MPI is one for a process, and so is this.
std::unique_ptr<Processes>& running() {
  static std::unique_ptr<Processes> processes = std::make_unique<OneProcess>();
  return processes;
}

}  // namespace

void start_processes() {
  if (launch().count > 1) running() = std::make_unique<MpiProcesses>();
}

Processes& processes() { return *running(); }

void end_processes() {
  if (processes().count() > 1) MPI_Finalize();
}

void abort_processes(int code) {
  if (processes().count() > 1) MPI_Abort(MPI_COMM_WORLD, code);
  std::_Exit(code);
}

}  // namespace cotape::app
