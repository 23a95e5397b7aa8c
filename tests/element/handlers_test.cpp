// SPDX-License-Identifier: LGPL-2.1-or-later
// What a handler of a signal may do while the element stops, and how long that waits for it.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "slowness.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr double kAtMost = 1000 * kSlowness;  // ms

// Waits until the element is about to stop, and then for a moment: nobody tells that it has the state lock.
struct Handler {
  GstElement* src;
  std::function<void(GstElement*)> act;
  std::promise<void> entered{};
  std::promise<void> stopping{};
  std::promise<void> left{};

  static gboolean run(Handler* self) {
    self->entered.set_value();
    self->stopping.get_future().wait();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    self->act(self->src);
    self->left.set_value();
    return TRUE;
  }
};

class Handlers : public testing::TestWithParam<const char*> {
 protected:
  // A stop, while the handler of the signal runs, and what it does when the element stops.
  static double stop_in_a_handler(const std::function<void(GstElement*)>& act,
                                  const std::function<void()>& end) {
    TestPipeline pipeline;
    Handler handler{pipeline.src(), act};
    g_signal_connect_swapped(pipeline.src(), GetParam(), G_CALLBACK(&Handler::run), &handler);
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    EXPECT_EQ(publisher.connect({.app = "live"}), "NetConnection.Connect.Success");
    EXPECT_TRUE(publisher.ask_to_publish("key"));
    if (GetParam() == std::string("client-removed")) {
      EXPECT_EQ(publisher.next_status(), "NetStream.Publish.Start");
      publisher.close();
    }
    handler.entered.get_future().wait();
    handler.stopping.set_value();
    const double took = pipeline.stop();
    end();
    handler.left.get_future().wait();  // left behind, it goes on
    return took;
  }
};

INSTANTIATE_TEST_SUITE_P(All, Handlers,
                         testing::Values("client-connecting", "client-added", "client-removed"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(Handlers, MaySendEosWhileTheElementStops) {
  EXPECT_LT(
      stop_in_a_handler([](GstElement* src) { gst_element_send_event(src, gst_event_new_eos()); }, [] {}),
      kAtMost);
}

TEST_P(Handlers, MayStopTheElementThemselves) {
  EXPECT_LT(stop_in_a_handler([](GstElement* src) { gst_element_set_state(src, GST_STATE_NULL); }, [] {}),
            kAtMost);
}

TEST_P(Handlers, KeepAStopWaitingForAMomentOnly) {
  std::promise<void> end;
  EXPECT_LT(stop_in_a_handler([&](GstElement*) { end.get_future().wait(); }, [&] { end.set_value(); }),
            kAtMost);
}

TEST(Handler, ThatStopsItsElementByItselfReturns) {
  TestPipeline pipeline;
  Handler handler{pipeline.src(), [](GstElement* src) { gst_element_set_state(src, GST_STATE_NULL); }};
  g_signal_connect_swapped(pipeline.src(), "client-added", G_CALLBACK(&Handler::run), &handler);
  pipeline.play();
  handler.stopping.set_value();
  TcpPublisher publisher(pipeline.port());
  (void)publisher.publish("live", "key");
  EXPECT_NE(publisher.wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(handler.left.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(pipeline.port(), 0);
}

}  // namespace
}  // namespace rtmp::test
