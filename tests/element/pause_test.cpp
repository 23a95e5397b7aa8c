// SPDX-License-Identifier: LGPL-2.1-or-later
// A pipeline that is paused while the element waits for data, and plays again.
#include <gtest/gtest.h>

#include <optional>

#include "element_stats.h"
#include "eventually.h"
#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";

// Without the headers before them.
std::vector<Sent> frames(std::uint32_t first_timestamp) {
  auto sent = made_up_stream(3, 1000, first_timestamp);
  sent.erase(sent.begin(), sent.begin() + 3);
  return sent;
}

class Pause : public testing::Test {
 protected:
  void publish(const std::vector<Sent>& sent) {
    ASSERT_TRUE(send_all(*publisher_, sent));
    sent_.insert(sent_.end(), sent.begin(), sent.end());
  }
  bool has_received_all() const {
    const auto stats = stats_of(pipeline_.src());
    return number(stats.get(), "video-tags") + number(stats.get(), "audio-tags") +
               number(stats.get(), "script-tags") ==
           sent_.size();
  }
  // What comes while the pipeline is paused is pushed when it plays.
  void pause_while(const std::vector<Sent>& sent) {
    gst_element_set_state(pipeline_.pipeline(), GST_STATE_PAUSED);
    publish(sent);
    EXPECT_TRUE(eventually([this] { return has_received_all(); }));
    pipeline_.play();
  }
  void expect_all() {
    ASSERT_TRUE(publisher_->unpublish());
    ASSERT_EQ(pipeline_.wait(), "eos");
    const auto pushed = pipeline_.pushed();
    ASSERT_EQ(pushed.size(), 1 + sent_.size());
    EXPECT_EQ(pushed[0].bytes.substr(0, 3), "FLV");
    for (std::size_t i = 0; i < sent_.size(); ++i) EXPECT_EQ(pushed[1 + i].body(), sent_[i].body) << i;
    EXPECT_EQ(pipeline_.segments().size(), 1u);
  }

  void SetUp() override {
    pipeline_.play();
    ASSERT_EQ(publisher_.emplace(pipeline_.port()).publish("live", "key"), kStart);
  }

  TestPipeline pipeline_;
  std::optional<TcpPublisher> publisher_;
  std::vector<Sent> sent_;
};

TEST_F(Pause, InMidStreamLosesNothing) {
  publish(made_up_stream(3));
  ASSERT_TRUE(pipeline_.wait_for_gaps(1));  // it waits for the next frame
  pause_while({frames(1'000).front()});     // one alone is not pushed before the pipeline plays
  expect_all();
}

TEST_F(Pause, BeforeTheFirstFrameLosesNoFileHeader) {
  publish(made_up_stream(0));
  // It has these, and waits for a frame to begin with.
  ASSERT_TRUE(eventually(
      [this] { return has_received_all() && number(stats_of(pipeline_.src()).get(), "queue-tags") == 0; }));
  pause_while(frames(0));
  expect_all();
}

}  // namespace
}  // namespace rtmp::test
