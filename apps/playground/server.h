#pragma once
#include <functional>
#include <string>

namespace cotape::app {

struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 8800;  // 0: any that is free
};

// Serves the page at /, and answers (answer.h) to what is posted to /answer, until stopped by Ctrl-C or SIGTERM. Reads
// and writes no file; bodies of more than 1 MiB are refused, few connections are served at a time, and others wait
// without taking memory. On a loopback address only requests to a loopback name are answered, so that no page of
// another site can reach it under a name of its own. Calls `ready` with the page's address. Throws ValueError when it
// cannot listen there.
void serve(const ServerOptions& options, const std::function<void(const std::string& address)>& ready);

}  // namespace cotape::app
