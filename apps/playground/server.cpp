#include <cotape/apps/playground/answer.h>
#include <cotape/apps/playground/page.h>
#include <cotape/apps/playground/server.h>
#include <cotape/engine/base/error.h>
#include <cotape/nn/train/interrupt.h>

#include <httplib.h>
#include <sys/socket.h>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace cotape::app {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;  // of a body
constexpr std::size_t workers = 4, most_waiting = 64;
constexpr int most_knocking = 128;     // connections in the system's queue
constexpr int seconds_of_silence = 2;  // until a connection that says nothing is closed

// A few threads; when enough jobs wait, whoever brings another one waits too: further connections stay in the system's
// queue, where they take no memory of the program.
class BoundedPool final : public httplib::TaskQueue {
 public:
  BoundedPool() {
    for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  }
  void enqueue(std::function<void()> job) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return jobs_.size() < most_waiting; });
    jobs_.push_back(std::move(job));
    changed_.notify_all();
  }
  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void work() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      changed_.notify_all();
      job();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::thread> threads_;
  bool closing_ = false;
};

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host == "[::1]" || host.rfind("127.", 0) == 0;
}

// A host as requests name it, without the port.
std::string without_port(const std::string& host) {
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != host.npos && host.find_first_not_of("0123456789", colon + 1) == host.npos;
  return has_port ? host.substr(0, colon) : host;
}

// As it is: httplib would pack what is set as content, at Brotli's slowest level, which takes longer than any answer.
void send(httplib::Response& response, std::string content, const char* type) {
  const std::size_t size = content.size();
  response.set_content_provider(
      size, type, [content = std::move(content)](std::size_t at, std::size_t length, httplib::DataSink& sink) {
        return sink.write(content.data() + at, length);
      });
}

void say(httplib::Response& response, int status, std::string json) {
  response.status = status;
  send(response, std::move(json), "application/json");
}

void set_up(httplib::Server& server, bool loopback) {
  server.new_task_queue = [] { return new BoundedPool; };  // httplib deletes it
  server.set_payload_max_length(most_bytes);
  server.set_read_timeout(seconds_of_silence).set_write_timeout(seconds_of_silence);
  server.set_tcp_nodelay(true).set_keep_alive_max_count(1);  // one that waits for more would keep a thread
  server.set_default_headers({{"Cache-Control", "no-store"},
                              {"X-Content-Type-Options", "nosniff"},
                              {"Content-Security-Policy",
                               "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
                               "connect-src 'self'; img-src data: blob:; frame-src blob: data: 'self'"}});
  server.set_pre_routing_handler([loopback](const httplib::Request& request, httplib::Response& response) {
    if (!loopback || is_loopback(without_port(request.get_header_value("Host"))))
      return httplib::Server::HandlerResponse::Unhandled;
    say(response, 403, R"({"error":"this server answers to loopback names alone"})");
    return httplib::Server::HandlerResponse::Handled;
  });
  server.Get("/", [](const httplib::Request&, httplib::Response& response) {
    send(response, playground_page(), "text/html; charset=utf-8");
  });
  server.Post("/answer", [](const httplib::Request& request, httplib::Response& response) {
    Answer reply = answer(request.body);
    say(response, reply.good ? 200 : 400, std::move(reply.json));
  });
  server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
    if (response.has_header("Content-Type")) return;  // an answer that says what is wrong
    const char* what = response.status == 404   ? "there is nothing here but / and /answer"
                       : response.status == 413 ? "the request has more than 1 MiB"
                                                : "this is no request that the server understands";
    say(response, response.status, std::string(R"({"error":")") + what + "\"}");
  });
  server.set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
    say(response, 500, R"({"error":"the request could not be answered"})");
  });
}

}  // namespace

void serve(const ServerOptions& options, const std::function<void(const std::string& address)>& ready) {
  httplib::Server server;
  set_up(server, is_loopback(options.host));
  int listener = -1;
  server.set_socket_options([&](int socket) {  // not httplib's own, which let two servers share a port
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    listener = socket;
  });
  const int port = options.port == 0                                 ? server.bind_to_any_port(options.host)
                   : server.bind_to_port(options.host, options.port) ? options.port
                                                                     : -1;
  if (port < 0) fail<ValueError>("cannot listen on ", options.host, ", port ", options.port);
  ::listen(listener, most_knocking);  // httplib lets five wait
  const std::string host = options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
  const Interrupt interrupt;
  std::thread listening([&] { server.listen_after_bind(); });
  ready("http://" + host + ":" + std::to_string(port) + "/");
  while (!interrupt.requested()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  server.stop();
  listening.join();
}

}  // namespace cotape::app
