#include <cotape/nn/train/progress.h>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>

using namespace cotape;

namespace {

// A terminal of a given width and a clock that stands until it is moved.
struct Terminal {
  std::ostringstream lines;
  std::ostringstream bar;
  double now = 0;
  int width = 80;

  ProgressOutput output(bool show_bar) {
    return {&lines, &bar, show_bar, false, [this] { return width; }, [this] { return now; }};
  }
  // The last thing drawn: what stands between the last carriage return and the erase of the rest of the line.
  std::string last() const {
    const std::string text = bar.str();
    const std::size_t begin = text.rfind('\r') + 1;
    return text.substr(begin, text.rfind("\033[K") - begin);
  }
};

}  // namespace

TEST_CASE("progress: no terminal, no bar: only the finished lines") {
  Terminal terminal;
  {
    Progress progress(100, "epoch 1/2", 0, terminal.output(false));
    CHECK(!progress.visible());
    for (int i = 1; i <= 100; ++i) {
      terminal.now += 1;
      progress.step(i, "loss 1");
    }
    progress.line("epoch 1/2  train 3.5");
  }
  CHECK(terminal.bar.str() == "");
  CHECK(terminal.lines.str() == "epoch 1/2  train 3.5\n");
}

TEST_CASE("progress: the process's own output is quiet when it is not a terminal") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    Progress progress(10);
    progress.step(5, "loss 1");
    _exit(progress.visible() ? 1 : 0);
  }
  close(ends[1]);
  char byte = 0;
  CHECK(read(ends[0], &byte, 1) == 0);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("progress: share, rate and time left") {
  Terminal terminal;
  Progress progress(1000, "epoch 1/2", 0, terminal.output(true));
  terminal.now = 2;
  progress.step(500, "loss 123.4");
  CHECK(terminal.last() == "epoch 1/2 ##############--------------  50%  250 steps/s  0:02 left  loss 123.4");
  terminal.width = 100;
  terminal.now = 4;
  progress.step(999, "loss 99");
  CHECK(terminal.last() == "epoch 1/2 #######################################-  99%  250 steps/s  0:00 left  loss 99");
}

TEST_CASE("progress: a resumed run's earlier steps do not count for the rate") {
  Terminal terminal;
  Progress progress(1000, "", 900, terminal.output(true));
  CHECK(terminal.last().find("90%") != std::string::npos);
  CHECK(terminal.last().find("steps/s") == std::string::npos);
  terminal.now = 10;
  progress.step(950);
  CHECK(terminal.last().find(" 95%  5.0 steps/s  0:10 left") != std::string::npos);
}

TEST_CASE("progress: at most ten drawings a second") {
  Terminal terminal;
  Progress progress(10000, "", 0, terminal.output(true));
  for (int i = 1; i <= 10000; ++i) {
    terminal.now = i / 5000.0;
    progress.step(i);
  }
  const std::string text = terminal.bar.str();
  const auto drawings = std::count(text.begin(), text.end(), '\r');
  CHECK(drawings >= 15);
  CHECK(drawings <= 21);
}

TEST_CASE("progress: never wider than the terminal, whole characters only") {
  for (int width = 1; width < 120; ++width) {
    CAPTURE(width);
    Terminal terminal;
    terminal.width = width;
    ProgressOutput output = terminal.output(true);
    output.unicode = true;
    Progress progress(1000, "λ 1/2", 0, output);
    terminal.now = 1;
    progress.step(500, "± loss");
    const std::string text = terminal.last();
    const auto columns = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
    CHECK(columns < width);
    // The last character is complete: as many bytes follow its first as that says.
    std::size_t last = text.size();
    while (last > 0 && (text[last - 1] & 0xC0) == 0x80) --last;
    if (last > 0) {
      const auto first = static_cast<unsigned char>(text[last - 1]);
      CHECK(text.size() - last == (first < 0x80 ? 0U : first < 0xE0 ? 1U : 2U));
    }
  }
}

TEST_CASE("progress: a line takes the bar's place, the end clears it") {
  Terminal terminal;
  {
    Progress progress(10, "", 0, terminal.output(true));
    const std::string before = terminal.bar.str();
    progress.line("done");
    CHECK(terminal.bar.str().substr(before.size()).rfind("\r\033[K\r", 0) == 0);
    CHECK(terminal.lines.str() == "done\n");
  }
  CHECK(terminal.last() == "");
}

TEST_CASE("progress: durations") {
  CHECK(format_duration(0.4) == "0:00");
  CHECK(format_duration(59.6) == "1:00");
  CHECK(format_duration(723) == "12:03");
  CHECK(format_duration(12310) == "3:25:10");
  CHECK(format_duration(-5) == "0:00");
}
