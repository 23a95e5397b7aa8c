// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that tells over HTTP how it is: for balancers, SRS's proxy and Prometheus.
#include <gio/gio.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <regex>
#include <thread>
#include <vector>

#include "certificate_files.h"
#include "clients.h"
#include "eventually.h"
#include "example.h"
#include "glib_ptr.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "reserved_port.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

// What a server answers to a GET: all of it, or "" without an answer.
std::string get(std::uint16_t port, const std::string& path) {
  const GObjectPtr<GSocketClient> client(g_socket_client_new());
  g_socket_client_set_timeout(client.get(), 10);
  const GObjectPtr<GSocketConnection> connection(
      g_socket_client_connect_to_host(client.get(), "127.0.0.1", port, nullptr, nullptr));
  if (!connection) return "";
  const std::string request = "GET " + path + " HTTP/1.0\r\n\r\n";
  GIOStream* stream = G_IO_STREAM(connection.get());
  g_output_stream_write_all(g_io_stream_get_output_stream(stream), request.data(), request.size(), nullptr,
                            nullptr, nullptr);
  std::string answer;
  char buffer[4096];
  gssize size = 0;
  while ((size = g_input_stream_read(g_io_stream_get_input_stream(stream), buffer, sizeof buffer, nullptr,
                                     nullptr)) > 0)
    answer.append(buffer, static_cast<std::size_t>(size));
  return answer;
}

class Exporter : public Example {
 public:
  explicit Exporter(std::vector<std::string> options = {}) : Example(with_http_port(options)) {
    const std::string told = program().line("http on port ");
    http_ =
        static_cast<std::uint16_t>(std::atoi(told.substr(std::min<std::size_t>(13, told.size())).c_str()));
  }

  [[nodiscard]] std::uint16_t http_port() const { return http_; }
  [[nodiscard]] std::string page(const std::string& path) const { return get(http_, path); }
  [[nodiscard]] std::string status(const std::string& path) const { return page(path).substr(9, 3); }
  /// Whether the metrics have this line.
  [[nodiscard]] bool measures(const std::string& pattern) const {
    return std::regex_search(page("/metrics"), std::regex("\n" + pattern + "\n"));
  }

 private:
  static std::vector<std::string> with_http_port(std::vector<std::string> options) {
    options.insert(options.end(), {"--http-port", "0"});
    return options;
  }

  std::uint16_t http_ = 0;
};

TEST(Exporter, TellsWhetherItWorksAndWhetherItIsFull) {
  Exporter server({"--max-publishers", "2"});
  EXPECT_EQ(server.status("/healthz"), "200");
  EXPECT_EQ(server.status("/availability"), "200");
  EXPECT_EQ(server.status("/other"), "404");
  TcpPublisher first(server.port()), second(server.port());
  ASSERT_EQ(first.publish("live", "first"), kStart);
  EXPECT_EQ(server.status("/availability"), "200");
  ASSERT_EQ(second.publish("live", "second"), kStart);
  EXPECT_EQ(server.status("/availability"), "503");
  EXPECT_EQ(server.status("/healthz"), "200");
  EXPECT_TRUE(server.measures("rtmp_available 0"));
  first.close();
  EXPECT_TRUE(eventually([&] { return server.status("/availability") == "200"; }));
  EXPECT_TRUE(server.stop());
}

TEST(Exporter, MeasuresEachPublisherWithoutItsKey) {
  Exporter server;
  EXPECT_TRUE(server.measures("rtmp_publishers 0"));
  Process both(ffmpeg_publish(real_media(5), server.url("live/s3cr3t-one"), true));
  auto command = ffmpeg_publish(real_media(5), server.url("live/s3cr3t-two"), true);
  command.insert(command.end() - 3, "-vn");
  Process audio(command);
  EXPECT_TRUE(eventually([&] { return server.measures("rtmp_publishers 2"); }));
  EXPECT_TRUE(publish(server.port(), "s3cr3t-three", hevc_messages(10)));
  // The SHA-256 of "live/s3cr3t-one" begins like this.
  const std::string one = R"(\{stream="2754718ceb4e"\})";
  EXPECT_TRUE(
      eventually([&] { return server.measures("rtmp_publisher_frames_per_second" + one + " 30.*"); }));
  EXPECT_TRUE(server.measures("rtmp_publisher_bytes_total" + one + " [1-9][0-9]{3,}"));
  EXPECT_TRUE(server.measures("rtmp_publisher_bits_per_second" + one + " [1-9][0-9]{3,}"));
  EXPECT_TRUE(server.measures("# TYPE rtmp_publisher_bytes_total counter"));
  EXPECT_TRUE(server.measures("# TYPE rtmp_publisher_queue_bytes gauge"));
  EXPECT_TRUE(server.measures("rtmp_accepted_total 3"));
  EXPECT_EQ(server.page("/metrics").find("s3cr3t"), std::string::npos);
  EXPECT_EQ(both.wait(), "");
  EXPECT_EQ(audio.wait(), "");
  EXPECT_TRUE(eventually([&] { return server.measures("rtmp_publishers 0"); }));
  EXPECT_TRUE(server.stop());
}

// Python did not survive a thread that asked the bin when the program ended: in one of six times or so.
TEST(Exporter, EndsWellWhileItIsAsked) {
  for (int times = 0; times < 12; ++times) {
    Exporter server;
    std::atomic<bool> ends{false};
    std::atomic<int> answers{0};
    std::vector<std::thread> askers;
    for (int i = 0; i < 4; ++i)
      askers.emplace_back([&] {
        while (!ends)
          if (!server.page("/metrics").empty()) ++answers;
      });
    EXPECT_EQ(run(ffmpeg_publish(real_media(1), server.url())), "");
    EXPECT_TRUE(eventually([&] { return answers > 20; }));
    EXPECT_TRUE(server.stop(SIGTERM));
    ends = true;
    for (std::thread& asker : askers) asker.join();
  }
}

TEST(Exporter, IsDrainedBySigterm) {
  Exporter server;
  TcpPublisher publisher(server.port());
  ASSERT_EQ(publisher.publish("live", "first"), kStart);
  server.program().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return server.status("/availability") == "503"; }));
  EXPECT_EQ(server.status("/healthz"), "200");
  EXPECT_NE(TcpPublisher(server.port()).publish("live", "second"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(30)));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(server.program().exit_status(), 0);
}

// FFmpeg is closed at a key frame.
TEST(Exporter, AsksThoseThatAreLeftToConnectAgain) {
  Exporter server({"--grace", "1"});
  Process publisher(ffmpeg_publish(real_media(10), server.url(), true));
  EXPECT_TRUE(eventually([&] { return server.measures("rtmp_publishers 1"); }));
  server.program().signal(SIGTERM);
  EXPECT_EQ(server.program().exit_status(), 0);
  EXPECT_NE(publisher.wait(), "");
}

// The form is that of the documentation of SRS's proxy.
constexpr const char* kProxy = R"(
import http.server, json

class Proxy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = all(form[name] and isinstance(form[name], str) for name in ("ip", "server", "service", "pid"))
        print("registers", self.path, texts, form["ip"], form["rtmp"], flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"code":0,"pid":"53783"}')

server = http.server.HTTPServer(("127.0.0.1", 0), Proxy)
print("port", server.server_address[1], flush=True)
server.serve_forever()
)";

TEST(Exporter, RegistersWithTheProxyOfSrs) {
  const std::string script = scratch("proxy.py");
  std::ofstream(script) << kProxy;
  Program proxy({"python3", script});
  const std::string told = proxy.line("port ");
  ASSERT_FALSE(told.empty()) << proxy.output();
  Exporter server({"--srs-proxy", "http://127.0.0.1:" + told.substr(5), "--address", "192.0.2.1"});
  const std::string registered =
      "registers /api/v1/srs/register True 192.0.2.1 ['" + std::to_string(server.port()) + "']";
  EXPECT_EQ(proxy.line("registers"), registered);
  EXPECT_EQ(proxy.line("registers"), registered);
  proxy.signal(SIGKILL);
  EXPECT_TRUE(server.program().prints("not registered")) << server.program().output();
  EXPECT_EQ(server.status("/healthz"), "200");
  EXPECT_TRUE(server.stop());
}

/// HAProxy with the configuration of examples/deploy, but for addresses and ports. The name is "localhost"
/// here.
class HaProxy {
 public:
  HaProxy(const Exporter& one, const Exporter& two, const Exporter& studio)
      : program_({system_program("haproxy"), "-W", "-db", "-f", written(one, two, studio)}) {
    EXPECT_TRUE(program_.prints("Loading success")) << program_.output();
  }
  [[nodiscard]] std::string url(const std::string& key) const {
    return local_url(rtmp_.number(), "live/" + key);
  }
  [[nodiscard]] std::string studio_url() const {
    return "rtmps://localhost:" + std::to_string(rtmps_.number()) + "/live/key";
  }
  Program& program() { return program_; }

 private:
  std::string written(const Exporter& one, const Exporter& two, const Exporter& studio) {
    std::ifstream in(std::string(g_getenv("SOURCES")) + "/examples/deploy/haproxy.cfg");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto replace = [&](const std::string& what, const std::string& by) {
      EXPECT_NE(text.find(what), std::string::npos) << what;
      text.replace(text.find(what), what.size(), by);
    };
    const auto server = [](const Exporter& exporter) {
      return "127.0.0.1:" + std::to_string(exporter.port()) + " port " + std::to_string(exporter.http_port());
    };
    replace("bind :1935", "bind 127.0.0.1:" + std::to_string(rtmp_.number()));
    replace("bind :443", "bind 127.0.0.1:" + std::to_string(rtmps_.number()));
    replace("studio.example.org", "localhost");
    replace("10.0.0.21:1935", server(one));
    replace("10.0.0.22:1935", server(two));
    replace("10.0.0.23:1935", server(studio));
    replace("fall 1 rise 1 port 9535", "fall 1 rise 1");
    replace("fall 1 rise 1 port 9535", "fall 1 rise 1");
    const std::string file = scratch("haproxy.cfg");
    std::ofstream(file) << text;
    return file;
  }

  ReservedPort rtmp_, rtmps_;
  Program program_;
};

TEST(Exporter, IsFedByHaProxyUntilItIsDrained) {
  const std::string settings = "proxy-protocol=trusted trusted-proxies=127.0.0.1";
  const CertificateFiles files = make_certificate("studio");
  Exporter one({"--set", settings}), two({"--set", settings}),
      studio(
          {"--set", settings + " certificate-file=" + files.certificate + " private-key-file=" + files.key});
  HaProxy balancer(one, two, studio);
  Process first(ffmpeg_publish(real_media(10), balancer.url("first"), true));
  Process second(ffmpeg_publish(real_media(10), balancer.url("second"), true));
  for (const Exporter* server : {&one, &two})
    EXPECT_TRUE(eventually([&] { return server->measures("rtmp_publishers 1"); }));
  one.program().signal(SIGTERM);
  ASSERT_TRUE(balancer.program().prints("ingest/one is DOWN")) << balancer.program().output();
  Process third(ffmpeg_publish(real_media(5), balancer.url("third"), true));
  EXPECT_TRUE(eventually([&] { return two.measures("rtmp_publishers 2"); }));
  EXPECT_EQ(run(ffmpeg_publish(real_media(1), balancer.studio_url())), "");
  EXPECT_TRUE(studio.measures("rtmp_accepted_total 1"));
  // Who was on it is cut off by nothing, and then it ends.
  for (Process* publisher : {&first, &second, &third}) EXPECT_EQ(publisher->wait(), "");
  EXPECT_EQ(one.program().exit_status(), 0);
  EXPECT_TRUE(two.stop());
  EXPECT_TRUE(studio.stop());
}

// What systemd lets the program do is rated from 0, which is nothing, to 10. The threshold is in tenths.
TEST(Exporter, HasAUnitThatLetsItDoLittle) {
  Process rating({"systemd-analyze", "security", "--offline=yes", "--threshold=20",
                  std::string(g_getenv("SOURCES")) + "/examples/deploy/rtmp-ingest.service"});
  const std::string table = rating.wait();
  EXPECT_EQ(rating.exit_status(), 0) << table;
}

}  // namespace
}  // namespace rtmp::test
