// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that asks an HTTP service or a database whether a publisher may come.
#include <glib.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "clients.h"
#include "example.h"
#include "process.h"
#include "program.h"
#include "real_media.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

constexpr const char* kToken = "s3cr3t-t0ken";
constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";

// Its answer depends on the token. It prints the form that it gets, with the fields sorted.
constexpr const char* kService = R"(
import http.server, sys, time, urllib.parse

class Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        token = form.get("token", "")
        print("asked", self.path, urllib.parse.urlencode(sorted(form.items())), flush=True)
        while token == "hang":
            time.sleep(60)
        while token == "drip":
            self.wfile.write(b"H")
            time.sleep(0.5)
        status = {"s3cr3t-t0ken": 200, "moved": 302, "broken": 500}.get(token, 403)
        self.send_response(status)
        self.send_header("Location", "/yes")
        self.end_headers()
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *text):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
print("port", server.server_address[1], flush=True)
server.serve_forever()
)";

std::string written(const std::string& name, const std::string& text) {
  const std::string file = scratch(name);
  std::ofstream(file) << text;
  return file;
}

/// What asking for `key` comes to, and ends with the connection.
std::string answer(std::uint16_t port, const std::string& key) {
  TcpPublisher publisher(port);
  const std::string status = publisher.publish("live", key);
  publisher.close();
  return status;
}

class TokensOfAService : public testing::Test {
 protected:
  TokensOfAService() : service_({"python3", written("service.py", kService)}) {
    const std::string told = service_.line("port ");
    example_.emplace(
        std::vector<std::string>{"--service", "http://127.0.0.1:" + told.substr(5) + "/on_publish?v=1"});
  }

  [[nodiscard]] std::string answer(const std::string& key) const {
    return test::answer(example_->port(), key);
  }

  Program service_;
  std::optional<Example> example_;
};

TEST_F(TokensOfAService, LetsRealPublishersIn) {
  for (const std::vector<std::string>& tracks : {std::vector<std::string>{}, {"-an"}, {"-vn"}}) {
    auto command = ffmpeg_publish(real_media(1), example_->url(std::string("live/cam1?token=") + kToken));
    command.insert(command.end() - 3, tracks.begin(), tracks.end());
    EXPECT_EQ(run(command), "");
    EXPECT_EQ(example_->program().line("allowed"), "allowed 127.0.0.1");
  }
  EXPECT_TRUE(publish(example_->port(), std::string("cam1?token=") + kToken, hevc_messages(10)));
  EXPECT_EQ(service_.line("asked"),
            "asked /on_publish?v=1 addr=127.0.0.1&app=live&call=publish&name=cam1&token=s3cr3t-t0ken");
  EXPECT_TRUE(example_->stop());
}

TEST_F(TokensOfAService, LetsNobodyInWithoutAYes) {
  EXPECT_EQ(answer("cam1?token=other"), kDenied);
  EXPECT_EQ(answer("cam1"), kDenied);
  EXPECT_EQ(answer("cam1?token=broken"), kDenied);
  EXPECT_EQ(answer("cam1?token=moved"), kDenied);  // to a page that answers 200
  EXPECT_EQ(answer("cam1?token=other&call=x&app=x&name=x&addr=x"), kDenied);
  EXPECT_NE(service_.line("asked /on_publish?v=1 addr=127.0.0.1&app=live&call=publish&name=cam1&token=other"),
            "");
  service_.signal(SIGKILL);
  service_.exit_status();
  EXPECT_EQ(answer(std::string("cam1?token=") + kToken), kDenied);
  EXPECT_EQ(example_->program().line("refused 127.0.0.1: "), "refused 127.0.0.1: ConnectionRefusedError");
  EXPECT_TRUE(example_->stop());
}

// One that never answers, and one of whose answer a byte comes now and then. Others come in meanwhile.
TEST_F(TokensOfAService, WaitsForAnAnswerForSomeSecondsAndHoldsNobodyElse) {
  for (const std::string token : {"hang", "drip"}) {
    TcpPublisher slow(example_->port());
    ASSERT_EQ(slow.connect({.app = "live"}), "NetConnection.Connect.Success");
    ASSERT_TRUE(slow.ask_to_publish("cam1?token=" + token));
    ASSERT_NE(
        service_.line("asked /on_publish?v=1 addr=127.0.0.1&app=live&call=publish&name=cam1&token=" + token),
        "");
    EXPECT_EQ(answer(std::string("cam1?token=") + kToken), kStart);
    EXPECT_EQ(example_->program().output().find("refused"), std::string::npos);
    EXPECT_EQ(slow.next_status(), kDenied) << slow.failure();
    EXPECT_EQ(example_->program().line("refused"), "refused 127.0.0.1: TimeoutError");
  }
  service_.signal(SIGKILL);
  EXPECT_TRUE(example_->stop());
}

// The publishers of one that is in place have to pass, too, and those behind it.
TEST_F(TokensOfAService, IsAskedAboutEachPublisher) {
  TcpPublisher first(example_->port());
  ASSERT_EQ(first.publish("live", std::string("cam1?token=") + kToken), kStart);
  ASSERT_TRUE(send_all(first, made_up_stream(1)));
  EXPECT_EQ(answer("cam1?token=other"), kDenied);
  EXPECT_EQ(answer("cam2?token=other"), kDenied);
  EXPECT_EQ(answer(std::string("cam2?token=") + kToken), kStart);
  ASSERT_TRUE(send_all(first, made_up_stream(1)));
  ASSERT_TRUE(first.unpublish());
  EXPECT_EQ(first.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(answer("cam1?token=other"), kDenied);
  EXPECT_TRUE(example_->stop());
}

class TokensOfADatabase : public testing::Test {
 protected:
  TokensOfADatabase() : file_(scratch("tokens.sqlite")) {
    sql("DROP TABLE IF EXISTS tokens; CREATE TABLE tokens (app, name, sha256); INSERT INTO tokens VALUES "
        "('live', 'cam1', '" +
        digest(kToken) + "')");
  }

  static std::string digest(const char* text) {
    gchar* digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    std::string copy(digest);
    g_free(digest);
    return copy;
  }
  void sql(const std::string& text) const {
    EXPECT_EQ(
        run({"python3", "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])",
             file_, text}),
        "");
  }

  const std::string file_;
};

TEST_F(TokensOfADatabase, LetInWhoIsInIt) {
  Example example({"--database", file_});
  const std::string right = std::string("cam1?token=") + kToken;
  EXPECT_EQ(run(ffmpeg_publish(real_media(1), example.url("live/" + right))), "");
  EXPECT_EQ(answer(example.port(), "cam1?token=other"), kDenied);
  EXPECT_EQ(answer(example.port(), "cam1?token=" + digest(kToken)), kDenied);
  EXPECT_EQ(answer(example.port(), "cam1"), kDenied);
  EXPECT_EQ(answer(example.port(), std::string("cam2?token=") + kToken), kDenied);
  EXPECT_EQ(TcpPublisher(example.port()).publish("studio", right), kDenied);
  sql("DELETE FROM tokens");
  EXPECT_EQ(answer(example.port(), right), kDenied);
  EXPECT_TRUE(example.stop());
}

TEST_F(TokensOfADatabase, LetNobodyInIfItCannotBeRead) {
  Example example({"--database", file_});
  const std::string right = std::string("cam1?token=") + kToken;
  Program writer(
      {"python3", "-c",
       "import sqlite3, sys, time; d = sqlite3.connect(sys.argv[1]); d.execute('BEGIN EXCLUSIVE'); "
       "print('locked', flush=True); time.sleep(60)",
       file_});
  ASSERT_EQ(writer.line("locked"), "locked");
  EXPECT_EQ(answer(example.port(), right), kDenied);
  writer.signal(SIGKILL);
  writer.exit_status();
  EXPECT_EQ(answer(example.port(), right), kStart);
  ASSERT_EQ(std::remove(file_.c_str()), 0);
  EXPECT_EQ(answer(example.port(), right), kDenied);
  EXPECT_FALSE(std::ifstream(file_).good());
  EXPECT_TRUE(example.stop());
}

// Neither does the program print what it gets, nor do the elements, whatever they log.
TEST_F(TokensOfADatabase, AreNotPrinted) {
  g_setenv("GST_DEBUG", "*:5,rtmp2serversrc:9", TRUE);
  Example example({"--database", file_});
  g_unsetenv("GST_DEBUG");
  EXPECT_EQ(answer(example.port(), std::string("cam1?token=") + kToken), kStart);
  EXPECT_EQ(answer(example.port(), "cam1?token=an0ther-t0ken"), kDenied);
  EXPECT_TRUE(example.stop());
  const std::string log = example.program().output();
  EXPECT_NE(log.find("publishes 'live' with stream key ***"), std::string::npos);
  EXPECT_EQ(log.find("t0ken"), std::string::npos);
}

}  // namespace
}  // namespace rtmp::test
