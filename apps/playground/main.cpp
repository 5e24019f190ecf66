#include <cotape/apps/common/train/options.h>
#include <cotape/apps/playground/answer.h>
#include <cotape/apps/playground/server.h>
#include <cotape/engine/base/error.h>
#include <cotape/engine/base/parallel.h>

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
  CommandLine line("A page to touch solvers and see their gradients, served on this machine alone.", "playground",
                   {.column = 30});
  ServerOptions options;
  int threads = 0;
  bool from_stdin = false;
  line.add("--host", options.host, "Address to listen on; others than loopback let others in");
  line.add("--port", options.port, "Port to listen on; 0: any that is free", between(0, 65535));
  line.add("--threads", threads, "Threads of the solvers; 0: as many as the machine has", between(0, 1024));
  line.add("--answer", from_stdin, "Serve nothing: print the answer to the request on stdin");
  return run_program(argc, argv, line, [&] {
    const ThreadLimit limit(threads);
    if (from_stdin) return answer_stdin();
    serve(options, [](const std::string& address) {
      std::cout << "The playground is at " << address << " (Ctrl-C ends it)" << std::endl;
    });
    return Outcome::finished;
  });
}
