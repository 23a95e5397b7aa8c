// SPDX-License-Identifier: LGPL-2.1-or-later
// What the application is asked about a client that wants to publish, and what its answer does.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>

#include "asked_client.h"
#include "certificate_files.h"
#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";
constexpr const char* kBusy = "NetStream.Publish.BadName";

AmfValue::Property tc_url(const std::string& url) { return {"tcUrl", AmfValue::string(url)}; }

TEST(ClientConnecting, SaysAllThatTheClientSent) {
  std::vector<Asked> asked;
  Handler handler = [&](const Asked& client) {
    asked.push_back(client);
    return true;
  };
  TestPipeline pipeline;
  on_connecting(pipeline.src(), handler);
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish(
                "live/room?a=b&c", "key?token=1",
                {tc_url("rtmp://host:99/live/room?a=b&c"), {"flashVer", AmfValue::string("Encoder 1.0")}}),
            kStart);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].host, "127.0.0.1");
  EXPECT_EQ(asked[0].address, "127.0.0.1:" + std::to_string(asked[0].port));
  EXPECT_EQ(asked[0].encoder, "Encoder 1.0");
  EXPECT_EQ(asked[0].application, "live/room");
  EXPECT_EQ(asked[0].application_query, "a=b&c");
  EXPECT_EQ(asked[0].key, "key");
  EXPECT_EQ(asked[0].query, "token=1");
  EXPECT_EQ(asked[0].tc_url, "rtmp://host:99/live/room?a=b&c");
  EXPECT_FALSE(asked[0].secure);
}

TEST(ClientConnecting, SaysWhichConnectionIsSecureOnAPortForBoth) {
  std::vector<bool> secure;
  Handler handler = [&](const Asked& client) {
    secure.push_back(client.secure);
    return true;
  };
  const CertificateFiles files = make_certificate("both");
  TestPipeline pipeline("keep-listening=true takeover=replace tls-mode=optional certificate-file=" +
                        files.certificate + " private-key-file=" + files.key);
  on_connecting(pipeline.src(), handler);
  pipeline.play();
  TcpPublisher plain(pipeline.port());
  ASSERT_EQ(plain.publish("live", "key"), kStart);
  TcpPublisher over_tls = TcpPublisher::secure(pipeline.port());
  ASSERT_EQ(over_tls.publish("live", "key"), kStart);
  EXPECT_EQ(secure, (std::vector<bool>{false, true}));
}

TEST(ClientConnecting, SaysThatAConnectionIsSecureAndEmptyStringsForWhatThereIsNot) {
  std::vector<Asked> asked;
  Handler handler = [&](const Asked& client) {
    asked.push_back(client);
    return true;
  };
  const CertificateFiles files = make_certificate("signals");
  TestPipeline pipeline("certificate-file=" + files.certificate + " private-key-file=" + files.key);
  on_connecting(pipeline.src(), handler);
  pipeline.play();
  TcpPublisher publisher = TcpPublisher::secure(pipeline.port());
  ASSERT_EQ(publisher.publish("", ""), kStart);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_TRUE(asked[0].secure);
  EXPECT_EQ(asked[0].application + asked[0].key + asked[0].query + asked[0].application_query +
                asked[0].tc_url + asked[0].encoder,
            "");
}

TEST(ClientConnecting, OfSeveralHandlersTheFirstThatSaysNoDecides) {
  Lines called;
  Handler yes = [&](const Asked& client) {
    called.push_back("yes " + client.key);
    return true;
  };
  Handler picky = [&](const Asked& client) {
    called.push_back("picky " + client.key);
    return client.key == "good";
  };
  Handler last = [&](const Asked& client) {
    called.push_back("last " + client.key);
    return true;
  };
  TestPipeline pipeline;
  for (Handler* handler : {&yes, &picky, &last}) on_connecting(pipeline.src(), *handler);
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();

  TcpPublisher bad(pipeline.port());
  EXPECT_EQ(bad.publish("live", "bad"), kDenied);
  EXPECT_EQ(called, (Lines{"yes bad", "picky bad"}));
  EXPECT_EQ(log.lines(), Lines{"rejected live bad not-allowed"});
  EXPECT_EQ(bad.wait_for_end(), ErrorCode::kEndOfStream);

  called.clear();
  TcpPublisher good(pipeline.port());
  EXPECT_EQ(good.publish("live", "good"), kStart);
  EXPECT_EQ(called, (Lines{"yes good", "picky good", "last good"}));
  EXPECT_EQ(log.lines(), (Lines{"rejected live bad not-allowed", "added live good"}));
}

// Holds clients up until it is opened.
class Gate {
 public:
  void pass() {
    arrived_.set_value();
    EXPECT_EQ(open_.get_future().wait_for(kPatience), std::future_status::ready);
  }
  bool wait_for_arrival() { return arrived_.get_future().wait_for(kPatience) == std::future_status::ready; }
  void open() { open_.set_value(); }

 private:
  static constexpr std::chrono::seconds kPatience{20};
  std::promise<void> arrived_;
  std::promise<void> open_;
};

TEST(ClientConnecting, AHandlerThatTakesItsTimeStopsNobodyElse) {
  Gate gate;
  Handler slow = [&](const Asked& client) {
    if (client.query == "slow") gate.pass();
    return true;
  };
  TestPipeline pipeline("stream-key=cam1 takeover=refuse");
  on_connecting(pipeline.src(), slow);
  pipeline.play();
  TestPipeline other("stream-key=cam2 port=" + std::to_string(pipeline.port()));
  other.play();
  const auto sent = made_up_stream(10);

  TcpPublisher in_place(pipeline.port());
  ASSERT_EQ(in_place.publish("live", "cam1"), kStart);
  TcpPublisher waiting(pipeline.port());
  ASSERT_EQ(waiting.connect({"live"}), "NetConnection.Connect.Success");
  ASSERT_TRUE(waiting.ask_to_publish("cam1?slow"));
  ASSERT_TRUE(gate.wait_for_arrival());

  ASSERT_TRUE(send_all(in_place, sent));
  EXPECT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  TcpPublisher beside(pipeline.port());
  EXPECT_EQ(beside.publish("live", "cam2"), kStart);
  ASSERT_TRUE(send_all(beside, sent));
  EXPECT_TRUE(other.wait_for_buffers(1 + sent.size()));

  gate.open();
  EXPECT_EQ(waiting.next_status(), kBusy);
}

TEST(ClientConnecting, AHandlerMayStartTheElementThatTakesTheClient) {
  TestPipeline pipeline;
  std::unique_ptr<TestPipeline> started;
  Handler handler = [&](const Asked& client) {
    started = std::make_unique<TestPipeline>("stream-key=" + client.key +
                                             " port=" + std::to_string(pipeline.port()));
    started->play();
    return true;
  };
  on_connecting(pipeline.src(), handler);
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "cam1"), kStart);
  const auto sent = made_up_stream(60);
  ASSERT_TRUE(send_all(publisher, sent));
  publisher.close();
  ASSERT_TRUE(started);
  EXPECT_EQ(started->wait(), "eos");
  EXPECT_TRUE(started->bytes() == flv_file(sent));
  EXPECT_TRUE(pipeline.bytes().empty());
  EXPECT_TRUE(log.lines().empty());
  started.reset();

  // The one that listens goes on to do so, for the next.
  TcpPublisher next(pipeline.port());
  ASSERT_EQ(next.publish("live", "cam2"), kStart);
  ASSERT_TRUE(send_all(next, sent));
  EXPECT_TRUE(started->wait_for_buffers(1 + sent.size()));
}

}  // namespace
}  // namespace rtmp::test
