// Loaded before a program (LD_PRELOAD), sends it a signal at a chosen moment, however fast it runs:
//   END_AT="EVENT NUMBER SIGNAL"   as it comes to the event for this many times, counted from 1; SIGNAL is KILL, INT or
//   TERM END_AT_COUNTS=FILE             at its end, the program leaves how often each event came: a line "EVENT NUMBER"
//   each
// Events: what a program does to its files, and `clock`, each reading of the clock. A training step reads it at every
// call of its solver, so these are moments within steps.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

namespace {

enum Event { opening, writing, half_written, flushing, renaming, renamed, removing, clock_read, event_count };
constexpr const char* names[event_count] = {"open", "write", "half", "flush", "rename", "renamed", "remove", "clock"};

struct Plan {
  int event = -1;
  long number = 0;
  int signal = SIGKILL;

  Plan() {
    const char* text = getenv("END_AT");
    char event_name[16] = "", signal_name[16] = "";
    if (!text || !*text) return;
    if (sscanf(text, "%15s %ld %15s", event_name, &number, signal_name) != 3) abort();
    while (++event < event_count && strcmp(names[event], event_name) != 0) {
    }
    signal = !strcmp(signal_name, "INT") ? SIGINT : !strcmp(signal_name, "TERM") ? SIGTERM : SIGKILL;
    if (event == event_count) abort();
  }
};

std::atomic<long> counts[event_count];

struct Counts {
  ~Counts() {
    const char* path = getenv("END_AT_COUNTS");
    FILE* file = path ? fopen(path, "w") : nullptr;
    if (!file) return;
    for (int event = 0; event < event_count; ++event) fprintf(file, "%s %ld\n", names[event], counts[event].load());
    fclose(file);
  }
} counts_at_end;

bool now(Event event) {
  static const Plan plan;
  return ++counts[event] == plan.number && event == plan.event;
}

void send() {
  static const Plan plan;
  kill(getpid(), plan.signal);
  while (plan.signal == SIGKILL) pause();
}

void come_to(Event event) {
  if (now(event)) send();
}

// The function of this name that ours stands before.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (flags & O_CREAT) come_to(opening);
  return real(path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  if (file <= STDERR_FILENO) return real(file, bytes, size);
  come_to(writing);
  if (now(half_written)) {
    const ssize_t part = real(file, bytes, size / 2);
    send();
    return part;
  }
  return real(file, bytes, size);
}

int fsync(int file) {
  static auto* const real = next<int(int)>("fsync");
  come_to(flushing);
  return real(file);
}

int rename(const char* from, const char* to) {
  static auto* const real = next<int(const char*, const char*)>("rename");
  come_to(renaming);
  const int result = real(from, to);
  come_to(renamed);
  return result;
}

int remove(const char* path) {
  static auto* const real = next<int(const char*)>("remove");
  come_to(removing);
  return real(path);
}

int clock_gettime(clockid_t clock, timespec* time) {
  static auto* const real = next<int(clockid_t, timespec*)>("clock_gettime");
  come_to(clock_read);
  return real(clock, time);
}
}
