// SPDX-License-Identifier: LGPL-2.1-or-later
// What the application is told of clients.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <thread>

#include "asked_client.h"
#include "eventually.h"
#include "media_fixture.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;
using Lines = std::vector<std::string>;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";
constexpr const char* kBusy = "NetStream.Publish.BadName";

AmfValue::Property tc_url(const std::string& url) { return {"tcUrl", AmfValue::string(url)}; }

TEST(ClientAdded, ComesBeforeTheFirstBuffer) {
  TestPipeline pipeline;
  std::atomic<std::size_t> pushed{1000};
  struct Context {
    TestPipeline& pipeline;
    std::atomic<std::size_t>& pushed;
  } context{pipeline, pushed};
  g_signal_connect(pipeline.src(), "client-added", G_CALLBACK(+[](GstElement*, GstStructure*, Context* c) {
                     c->pushed = c->pipeline.pushed().size();
                   }),
                   &context);
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.connect({"live"}), "NetConnection.Connect.Success");
  ASSERT_TRUE(publisher.ask_to_publish("key"));
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));  // without waiting for an answer
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  EXPECT_EQ(pushed, 0u);
}

TEST(ClientRemoved, ComesAfterTheLastBufferWasQueuedAndBeforeEos) {
  TestPipeline pipeline;
  const auto sent = made_up_stream(30);
  struct Context {
    TestPipeline& pipeline;
    std::size_t buffers;
    bool all_there;
    bool eos;
  } context{pipeline, 1 + sent.size(), false, true};
  g_signal_connect(pipeline.src(), "client-removed", G_CALLBACK(+[](GstElement*, GstStructure*, Context* c) {
                     c->all_there = c->pipeline.wait_for_buffers(c->buffers);
                     // The streaming thread has nothing else to do: an end of the queue would come out within
                     // this time.
                     GstBus* bus = gst_element_get_bus(c->pipeline.pipeline());
                     GstMessage* eos = gst_bus_timed_pop_filtered(bus, 50 * GST_MSECOND, GST_MESSAGE_EOS);
                     c->eos = eos || c->pipeline.pushed_eos();
                     gst_clear_message(&eos);
                     gst_object_unref(bus);
                   }),
                   &context);
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, sent));
  publisher.close();
  ASSERT_EQ(pipeline.wait(), "eos");
  EXPECT_TRUE(context.all_there);
  EXPECT_FALSE(context.eos);
}

// Where this side ends the stream: the streaming thread does not run ahead of what the application is told.
TEST(ClientRemoved, ComesBeforeAnEosThatTheApplicationAskedFor) {
  TestPipeline pipeline;
  static std::atomic<bool> ahead;
  ahead = false;
  const auto look = [](GstElement*, GstStructure*, gpointer data) {
    const auto* self = static_cast<TestPipeline*>(data);
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
    while (!self->pushed_eos() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    ahead = self->pushed_eos();
  };
  g_signal_connect(pipeline.src(), "client-removed", G_CALLBACK(+look), &pipeline);
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  const auto sent = made_up_stream(5);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  pipeline.send_eos();
  GstBus* bus = gst_element_get_bus(pipeline.pipeline());
  bool told = false;
  bool ended = false;
  while (!ended) {
    GstMessage* message = gst_bus_timed_pop(bus, 20 * GST_SECOND);
    ASSERT_NE(message, nullptr);
    told = told || gst_message_has_name(message, "rtmp2-publish-ended");
    ended = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
    gst_message_unref(message);
  }
  gst_object_unref(bus);
  EXPECT_TRUE(told);
  EXPECT_FALSE(ahead);
}

// What client-connecting was given of the client, and then each other signal.
TEST(OtherSignals, HaveTheFieldsOfClientConnectingAndAReason) {
  StructurePtr asked;
  TestPipeline pipeline("takeover=refuse");
  g_signal_connect(pipeline.src(), "client-connecting",
                   G_CALLBACK(+[](GstElement*, GstStructure* client, StructurePtr* copy) -> gboolean {
                     if (!*copy) copy->reset(gst_structure_copy(client));
                     return TRUE;
                   }),
                   &asked);
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(
      publisher.publish("live?a=b", "key?token=1",
                        {tc_url("rtmp://host/live?a=b"), {"flashVer", AmfValue::string("Encoder 1.0")}}),
      kStart);
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key?token=2"), kBusy);
  ASSERT_TRUE(log.wait_for("rejected live key busy")) << testing::PrintToString(log.lines());
  publisher.close();
  ASSERT_TRUE(log.wait_for("removed live key closed")) << testing::PrintToString(log.lines());

  const auto clients = log.clients();
  ASSERT_EQ(clients.size(), 3u);
  // The address is an object, and there is another one for each signal.
  EXPECT_EQ(log.addresses()[0], text(asked.get(), "host") + ":" + std::to_string(asked_of(asked.get()).port));
  for (GstStructure* client : {asked.get(), clients[0].get(), clients[2].get()})
    gst_structure_remove_field(client, "address");
  EXPECT_TRUE(gst_structure_is_equal(clients[0].get(), asked.get()));
  EXPECT_EQ(text(clients[1].get(), "query"), "token=2");
  gst_structure_remove_field(clients[2].get(), "reason");
  EXPECT_TRUE(gst_structure_is_equal(clients[2].get(), asked.get()));
}

struct Ending {
  const char* reason;
  const char* properties;
  std::function<void(TestPipeline&, TcpPublisher&, std::optional<TcpPublisher>&)> end;
};

void PrintTo(const Ending& ending, std::ostream* out) { *out << ending.reason; }

class Endings : public testing::TestWithParam<Ending> {};

TEST_P(Endings, AreToldByTheirReason) {
  const Ending& ending = GetParam();
  TestPipeline pipeline(ending.properties);
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key", {{"flashVer", AmfValue::string("Encoder 1.0")}}), kStart);
  const auto sent = made_up_stream(2);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  std::optional<TcpPublisher> next;
  ending.end(pipeline, publisher, next);
  ASSERT_TRUE(log.wait_for("removed live key "s + ending.reason)) << testing::PrintToString(log.lines());
  EXPECT_EQ(log.lines()[0], "added live key");
  EXPECT_EQ(log.addresses()[1], log.addresses()[0]);

  const auto ended = log.wait_for_message("rtmp2-publish-ended");
  ASSERT_TRUE(ended);
  gint reason = -1;
  const GType type = g_type_from_name("GstRtmp2ServerEndReason");
  ASSERT_TRUE(gst_structure_get_enum(ended.get(), "reason", type, &reason));
  EXPECT_EQ(nick_of(type, reason), ending.reason);
  EXPECT_EQ(text(ended.get(), "application"), "live");
  EXPECT_EQ(text(ended.get(), "stream-key"), "key");
  EXPECT_EQ(text(ended.get(), "encoder"), "Encoder 1.0");
  const auto* stats =
      static_cast<const GstStructure*>(g_value_get_boxed(gst_structure_get_value(ended.get(), "stats")));
  EXPECT_EQ(number(stats, "video-tags"), 3u);
  EXPECT_FALSE(flag(stats, "publishing"));
}

INSTANTIATE_TEST_SUITE_P(
    All, Endings,
    testing::Values(Ending{"unpublished", "",
                           [](auto&, auto& publisher, auto&) { ASSERT_TRUE(publisher.unpublish()); }},
                    Ending{"closed", "", [](auto&, auto& publisher, auto&) { publisher.close(); }},
                    Ending{"reset", "", [](auto&, auto& publisher, auto&) { publisher.reset(); }},
                    Ending{"timed-out", "timeout=1", [](auto&, auto&, auto&) {}},
                    Ending{"replaced", "takeover=replace",
                           [](auto& pipeline, auto&, auto& next) {
                             next.emplace(pipeline.port());
                             EXPECT_EQ(next->publish("live", "key"), kStart);
                           }},
                    Ending{"protocol-error", "",
                           [](auto&, auto& publisher, auto&) {
                             ASSERT_TRUE(publisher.send_raw(std::vector<std::uint8_t>(5000, 0xFF)));
                           }},
                    Ending{"stopped", "", [](auto& pipeline, auto&, auto&) { pipeline.stop(); }}),
    [](const auto& ending) {
      std::string name = ending.param.reason;
      std::erase(name, '-');
      return name;
    });

TEST(ClientRejected, SaysWhy) {
  Handler no = [](const Asked& client) { return client.query != "no"; };
  TestPipeline pipeline("application=live stream-key=key takeover=refuse");
  on_connecting(pipeline.src(), no);
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("other", "key"), "NetConnection.Connect.InvalidApp");
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "bad"), kDenied);
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key?no"), kDenied);
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kBusy);
  EXPECT_EQ(log.lines(),
            (Lines{"rejected other  application", "rejected live bad stream-key",
                   "rejected live key not-allowed", "added live key", "rejected live key busy"}));
  for (const std::string& address : log.addresses())
    EXPECT_TRUE(address.starts_with("127.0.0.1:")) << address;
  EXPECT_EQ(number(stats_of(pipeline.src()).get(), "rejected"), 4u);
}

TEST(ClientRejected, SaysThatASecretWasNotLookedAt) {
  TestPipeline pipeline("stream-key=key");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  std::list<TcpPublisher> guessers;
  // Ten are judged at once, and two wait. Another one may come every five seconds, so there are some more.
  for (int i = 0; i < 20; ++i) {
    TcpPublisher& guesser = guessers.emplace_back(pipeline.port());
    ASSERT_EQ(guesser.connect({"live"}), "NetConnection.Connect.Success");
    ASSERT_TRUE(guesser.ask_to_publish("guess" + std::to_string(i)));
    ASSERT_TRUE(i >= 10 || log.wait_for("rejected live guess" + std::to_string(i) + " stream-key"));
  }
  std::size_t unjudged = 0;
  EXPECT_TRUE(eventually([&] {
    const auto lines = log.lines();
    const auto found =
        std::ranges::find_if(lines, [](const auto& line) { return line.ends_with(" unjudged"); });
    unjudged = static_cast<std::size_t>(found - lines.begin());
    return found != lines.end();
  }));
  ASSERT_LT(unjudged, log.lines().size());
  const std::string line = log.lines()[unjudged];
  EXPECT_TRUE(line.starts_with("rejected live guess1")) << line;
  EXPECT_EQ(guessers.back().next_status(), kDenied);
}

TEST(ClientRejected, SaysThatALoginIsWrong) {
  TestPipeline pipeline("username=user password=right");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  // To be asked for a login is none.
  EXPECT_EQ(TcpPublisher(pipeline.port()).connect({"live"}), "NetConnection.Connect.Rejected");
  EXPECT_TRUE(log.lines().empty());
  EXPECT_EQ(TcpPublisher(pipeline.port()).connect({"live?authmod=adobe&user=user&response=d3Jvbmc="}),
            "NetConnection.Connect.Rejected");
  EXPECT_EQ(log.lines(), Lines{"rejected live  credentials"});
}

TEST(Strings, ThatAreNoUtf8ComeAsValidUtf8) {
  Lines asked;
  Handler handler = [&](const Asked& client) {
    asked = {client.application, client.key, client.query, client.application_query, client.tc_url};
    return true;
  };
  TestPipeline pipeline;
  on_connecting(pipeline.src(), handler);
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("a\xff?b\xfe", "c\xc3?d\xed\xa0\x80",
                              {tc_url("e\xff"), {"flashVer", AmfValue::string("f\xff")}}),
            kStart);
  EXPECT_EQ(asked, (Lines{"a\uFFFD", "c\uFFFD", "d\uFFFD\uFFFD\uFFFD", "b\uFFFD", "e\uFFFD"}));
  publisher.close();
  EXPECT_TRUE(log.wait_for("removed a\uFFFD c\uFFFD closed")) << testing::PrintToString(log.lines());
  const auto ended = log.wait_for_message("rtmp2-publish-ended");
  EXPECT_EQ(text(ended.get(), "encoder"), "f\uFFFD");
  const auto stats = stats_of(pipeline.src());
  EXPECT_EQ(text(stats.get(), "application"), "a\uFFFD");
  EXPECT_EQ(text(stats.get(), "stream-key"), "c\uFFFD");
  EXPECT_EQ(text(stats.get(), "encoder"), "f\uFFFD");
}

}  // namespace
}  // namespace rtmp::test
