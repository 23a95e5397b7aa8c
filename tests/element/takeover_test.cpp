// SPDX-License-Identifier: LGPL-2.1-or-later
// A publisher takes the place of another, in the same stream.
#include <gtest/gtest.h>

#include "media_fixture.h"
#include "rtmp/limits.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kBusy = "NetStream.Publish.BadName";

std::string keeps_listening(const testing::TestParamInfo<bool>& info) {
  return info.param ? "KeepsListening" : "OneStream";
}

class Takeover : public testing::TestWithParam<bool> {
 protected:
  [[nodiscard]] static std::string with(const std::string& takeover) {
    return "takeover=" + takeover + " keep-listening=" + (GetParam() ? "true" : "false");
  }

  // The publisher in place has sent `first`, its follower `second`: one stream, which ends once.
  static void expect_one_stream(TestPipeline& pipeline, TcpPublisher& last, const std::vector<Sent>& first,
                                const std::vector<Sent>& second) {
    EXPECT_FALSE(pipeline.pushed_eos());
    ASSERT_TRUE(last.unpublish());
    ASSERT_EQ(last.next_status(), "NetStream.Unpublish.Success");
    if (GetParam()) {
      EXPECT_FALSE(pipeline.pushed_eos());
      pipeline.send_eos();
    }
    ASSERT_EQ(pipeline.wait(), "eos");

    const auto pushed = pipeline.pushed();
    ASSERT_EQ(pushed.size(), 1 + first.size() + second.size());
    EXPECT_EQ(pushed[0].bytes, flv_file_header());
    EXPECT_EQ(pipeline.segments().size(), 1u);
    for (std::size_t i = 1; i < pushed.size(); ++i) {
      SCOPED_TRACE(i);
      const bool new_one = i == 1 + first.size();
      const Sent& sent = i <= first.size() ? first[i - 1] : second[i - 1 - first.size()];
      ASSERT_EQ(pushed[i].body(), sent.body);
      ASSERT_EQ((pushed[i].flags & GST_BUFFER_FLAG_DISCONT) != 0, new_one);
      // Headers in front of the first frame are no earlier than the segment.
      ASSERT_EQ(pushed[i].pts,
                std::max<GstClockTime>(pushed[i].timestamp() * GST_MSECOND, pipeline.segments()[0].start));
      if (i > 1) {
        ASSERT_GE(pushed[i].timestamp(), pushed[i - 1].timestamp());
      }
    }
    // The first frame behind the new one's headers.
    EXPECT_GT(pushed[1 + first.size() + 3].timestamp(), pushed[first.size()].timestamp());
  }
};

INSTANTIATE_TEST_SUITE_P(All, Takeover, testing::Bool(), keeps_listening);

TEST_P(Takeover, ReplaceGoesOnWithTheSameStream) {
  TestPipeline pipeline(with("replace"));
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  const auto first_sent = made_up_stream(20, 1000, 5000);
  const auto second_sent = made_up_stream(10, 500);  // whose clock stands at 0
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(first, first_sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + first_sent.size()));
  TcpPublisher second(pipeline.port());
  ASSERT_EQ(second.publish("live", "key"), kStart);
  EXPECT_EQ(first.next_status(), kBusy);  // told that it was replaced
  EXPECT_EQ(first.wait_for_end(), ErrorCode::kEndOfStream);
  ASSERT_TRUE(send_all(second, second_sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + first_sent.size() + second_sent.size()));
  expect_one_stream(pipeline, second, first_sent, second_sent);
  EXPECT_EQ(log.lines(), (std::vector<std::string>{"added live key", "removed live key replaced",
                                                   "added live key", "removed live key unpublished"}));
}

TEST_P(Takeover, ReplaceReplacesNobodyOfAnotherName) {
  TestPipeline pipeline(with("replace"));
  pipeline.play();
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "other"), kBusy);
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("other", "key"), kBusy);
  const auto sent = made_up_stream(5);
  ASSERT_TRUE(send_all(first, sent));
  EXPECT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
}

TEST_P(Takeover, StaleReplacesOneThatSendsNothing) {
  TestPipeline pipeline(with("stale"));
  pipeline.play();
  const auto sent = made_up_stream(10);
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(first, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  const auto silent = std::chrono::steady_clock::now();
  TcpPublisher second(pipeline.port());
  ASSERT_EQ(second.publish("live", "key"), kStart);
  EXPECT_GE(std::chrono::steady_clock::now() - silent, std::chrono::milliseconds(1900));
  ASSERT_TRUE(send_all(second, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + 2 * sent.size()));
  expect_one_stream(pipeline, second, sent, sent);
}

TEST_P(Takeover, RefuseReplacesNobodyHoweverSilent) {
  TestPipeline pipeline(with("refuse"));
  pipeline.play();
  const auto sent = made_up_stream(10);
  TcpPublisher first(pipeline.port());
  ASSERT_EQ(first.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(first, sent));
  // Longer than "stale" needs: time is what this is about.
  std::this_thread::sleep_for(limits::kStaleAfter + std::chrono::milliseconds(100));
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kBusy);
  ASSERT_TRUE(send_all(first, {sent.begin() + 3, sent.end()}));
  EXPECT_TRUE(pipeline.wait_for_buffers(1 + 2 * sent.size() - 3));
}

TEST(TakeoverProperty, IsSetByItsNicks) {
  for (const char* nick : {"stale", "refuse", "replace"}) {
    TestPipeline pipeline;
    gst_util_set_object_arg(G_OBJECT(pipeline.src()), "takeover", nick);
    gint value = -1;
    g_object_get(pipeline.src(), "takeover", &value, nullptr);
    EXPECT_EQ(nick_of(g_type_from_name("GstRtmp2ServerTakeover"), value), nick);
  }
}

}  // namespace
}  // namespace rtmp::test
