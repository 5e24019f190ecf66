#include <cotape/apps/common/train/options.h>
#include <cotape/apps/playground/answer.h>
#include <cotape/apps/playground/server.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>

using namespace cotape;
using namespace cotape::app;

namespace {

// Answers what stands on stdin, without a server: for scripts.
Outcome answer_stdin() {
  const std::string request{std::istreambuf_iterator<char>(std::cin), {}};
  const Answer reply = answer(request);
  std::cout << reply.json << "\n";
  if (!reply.good) fail<ValueError>("the request is refused: its answer says why");
  return Outcome::finished;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("A page to touch solvers and see their gradients, served on this machine alone.", "playground");
  ServerOptions options;
  int threads = 0;
  bool from_stdin = false;
  program.add_option("--host", options.host, "Address to listen on; others than loopback let others in")
      ->capture_default_str();
  program.add_option("--port", options.port, "Port to listen on; 0: any that is free")
      ->capture_default_str()
      ->check(between(0, 65535));
  program.add_option("--threads", threads, "Threads of the solvers; 0: as many as the machine has")
      ->capture_default_str()
      ->check(between(0, 1024));
  program.add_flag("--answer", from_stdin, "Serve nothing: print the answer to the request on stdin");
  return run_program(argc, argv, program, [&] {
    const ThreadLimit limit(threads);
    if (from_stdin) return answer_stdin();
    serve(options, [](const std::string& address) {
      std::cout << "The playground is at " << address << " (Ctrl-C ends it)" << std::endl;
    });
    return Outcome::finished;
  });
}
