// SPDX-License-Identifier: LGPL-2.1-or-later
// What is downstream takes no more. The element says so as others do, and its publisher does not go on
// sending.
#include <gtest/gtest.h>

#include <atomic>

#include "eventually.h"
#include "media_fixture.h"
#include "signal_log.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr double kSoon = 1000 * kSlowness;  // ms; a goodbye may take 50 of them
constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kShutdown = "NetConnection.Connect.AppShutdown";
constexpr const char* kBusy = "NetStream.Publish.BadName";

/// Answers for the pad what is pushed to it, in its place, unless that is OK. Of events it knows nothing.
class Answers {
 public:
  explicit Answers(GstElement* sink) : pad_(gst_element_get_static_pad(sink, "sink")) {
    const auto data =
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST);
    gst_pad_add_probe(pad_, data, on_data, this, nullptr);
  }
  ~Answers() { gst_object_unref(pad_); }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  void set(GstFlowReturn flow) { flow_ = flow; }
  [[nodiscard]] bool given() const {
    return eventually([&] { return given_.load(); });
  }
  /// Whether data has come that no segment gives a time.
  [[nodiscard]] bool saw_data_without_segment() const { return without_segment_; }

 private:
  static GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer data) {
    auto* self = static_cast<Answers*>(data);
    GstEvent* segment = gst_pad_get_sticky_event(self->pad_, GST_EVENT_SEGMENT, 0);
    if (!segment) self->without_segment_ = true;
    g_clear_pointer(&segment, gst_event_unref);
    const GstFlowReturn flow = self->flow_;
    if (flow == GST_FLOW_OK) return GST_PAD_PROBE_OK;
    gst_mini_object_unref(GST_MINI_OBJECT(GST_PAD_PROBE_INFO_DATA(info)));
    GST_PAD_PROBE_INFO_FLOW_RETURN(info) = flow;
    self->given_ = true;
    return GST_PAD_PROBE_HANDLED;
  }

  GstPad* pad_;
  std::atomic<GstFlowReturn> flow_{GST_FLOW_OK};
  std::atomic<bool> given_{false};
  std::atomic<bool> without_segment_{false};
};

/// A pipeline whose sink, a fakesink, can be made to refuse.
class RefusingPipeline : public TestPipeline {
 public:
  explicit RefusingPipeline(const std::string& properties = "")
      : TestPipeline(properties, "fakesink name=sink sync=false"),
        sink_(gst_bin_get_by_name(GST_BIN(pipeline()), "sink")),
        answers_(sink_) {}
  ~RefusingPipeline() {
    stop();
    gst_object_unref(sink_);
  }
  Answers& answers() { return answers_; }

 private:
  GstElement* sink_;
  Answers answers_;
};

// "who: what"
std::string first_on_bus(GstElement* pipeline) {
  const Told told = first_told(pipeline);
  return told.who + ": " + told.what;
}

// It is told, and closed, and so is the next one; and nothing of it holds up the element.
void expect_over(TestPipeline& pipeline, TcpPublisher& publisher, SignalLog& log) {
  EXPECT_EQ(publisher.next_status(), kShutdown);
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
  EXPECT_TRUE(log.wait_for("removed live key stopped"));
  EXPECT_EQ(TcpPublisher(pipeline.port()).publish("live", "key"), kBusy);
  EXPECT_LT(pipeline.stop(), kSoon);
}

// On the port that it had, which must be free.
void expect_records_again(TestPipeline& pipeline, std::uint16_t port) {
  pipeline.forget_pushed();
  g_object_set(pipeline.src(), "port", port, nullptr);
  pipeline.play();
  ASSERT_EQ(pipeline.port(), port);
  TcpPublisher publisher(port);
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(20);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
}

struct Refusal {
  const char* name;
  GstFlowReturn flow;
  const char* told;  // on the bus
};

std::string name_of(const testing::TestParamInfo<Refusal>& tested) { return tested.param.name; }

class Downstream : public testing::TestWithParam<Refusal> {};

INSTANTIATE_TEST_SUITE_P(
    Returns, Downstream,
    testing::Values(Refusal{"Error", GST_FLOW_ERROR, "src: Internal data stream error."},
                    Refusal{"NotLinked", GST_FLOW_NOT_LINKED, "src: Internal data stream error."},
                    Refusal{"NotNegotiated", GST_FLOW_NOT_NEGOTIATED, "src: Internal data stream error."},
                    Refusal{"Eos", GST_FLOW_EOS, "pipeline: eos"}),
    name_of);

TEST_P(Downstream, AtTheFirstBufferEndsTheStream) {
  RefusingPipeline pipeline;
  gst_object_set_name(GST_OBJECT(pipeline.pipeline()), "pipeline");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.answers().set(GetParam().flow);
  pipeline.play();
  const std::uint16_t port = pipeline.port();
  TcpPublisher publisher(port);
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  (void)send_all(publisher, made_up_stream(30));  // it may be closed before
  EXPECT_EQ(first_on_bus(pipeline.pipeline()), GetParam().told);
  expect_over(pipeline, publisher, log);
  pipeline.answers().set(GST_FLOW_OK);
  expect_records_again(pipeline, port);
}

// With keep-listening, nobody else is let in either; the reader waits for room when it happens.
TEST_P(Downstream, InMidStreamWithTheQueueFullEndsTheStream) {
  RefusingPipeline pipeline("keep-listening=true max-queue-bytes=1000");
  gst_object_set_name(GST_OBJECT(pipeline.pipeline()), "pipeline");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  const std::uint16_t port = pipeline.port();
  TcpPublisher publisher(port);
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto sent = made_up_stream(30);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + sent.size()));
  EXPECT_TRUE(pipeline.bytes() == flv_file(sent));
  pipeline.block();
  ASSERT_TRUE(send_all(publisher, made_up_stream(30)));
  ASSERT_TRUE(pipeline.wait_blocked());
  pipeline.answers().set(GetParam().flow);  // now that all that was pushed before has come through
  pipeline.unblock();
  EXPECT_EQ(first_on_bus(pipeline.pipeline()), GetParam().told);
  expect_over(pipeline, publisher, log);
  pipeline.answers().set(GST_FLOW_OK);
  expect_records_again(pipeline, port);
}

TEST(DownstreamFlushing, HoldsThePublisherUpInSilenceUntilTheFlushIsOver) {
  RefusingPipeline pipeline;
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto before = made_up_stream(20);
  ASSERT_TRUE(send_all(publisher, before));
  ASSERT_TRUE(pipeline.wait_for_buffers(1 + before.size()));
  pipeline.answers().set(GST_FLOW_FLUSHING);
  const auto lost = made_up_stream(1, 1000, 1000);
  ASSERT_TRUE(send_all(publisher, lost));
  ASSERT_TRUE(pipeline.answers().given());
  pipeline.answers().set(GST_FLOW_OK);
  gst_element_send_event(pipeline.src(), gst_event_new_flush_start());
  gst_element_send_event(pipeline.src(), gst_event_new_flush_stop(FALSE));
  pipeline.forget_pushed();
  const auto after = made_up_stream(20, 1000, 2000);
  ASSERT_TRUE(send_all(publisher, after));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(pipeline.wait(), "eos");
  std::string expected;
  for (const Sent& message : after) expected += message.tag();
  EXPECT_TRUE(pipeline.bytes().ends_with(expected));
  EXPECT_FALSE(pipeline.answers().saw_data_without_segment());
  publisher.close();
  EXPECT_LT(pipeline.stop(), kSoon);
}

TEST(DownstreamFlushing, IsNoError) {
  RefusingPipeline pipeline;
  pipeline.answers().set(GST_FLOW_FLUSHING);
  pipeline.play();
  const std::uint16_t port = pipeline.port();
  TcpPublisher publisher(port);
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(30)));
  ASSERT_TRUE(pipeline.answers().given());
  EXPECT_LT(pipeline.stop(), kSoon);
  EXPECT_EQ(first_told(pipeline.pipeline(), 0).what, "nothing");
  EXPECT_FALSE(pipeline.pushed_eos());
  EXPECT_EQ(publisher.next_status(), kShutdown);
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
  pipeline.answers().set(GST_FLOW_OK);
  expect_records_again(pipeline, port);
}

TEST(DownstreamLink, ASourcePadWithoutOneIsAnErrorWhenSomebodyPublishes) {
  GstElement* pipeline = gst_pipeline_new(nullptr);
  GstElement* src = gst_element_factory_make("rtmp2serversrc", "src");
  g_object_set(src, "port", 0, nullptr);
  gst_bin_add(GST_BIN(pipeline), src);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  guint port = 0;
  g_object_get(src, "current-port", &port, nullptr);
  TcpPublisher publisher(static_cast<std::uint16_t>(port));
  EXPECT_EQ(publisher.publish("live", "key"), kStart);
  (void)send_all(publisher, made_up_stream(30));  // it may be closed before
  EXPECT_EQ(first_on_bus(pipeline), "src: Internal data stream error.");
  EXPECT_EQ(publisher.next_status(), kShutdown);
  EXPECT_EQ(publisher.wait_for_end(), ErrorCode::kEndOfStream);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

TEST(DownstreamEnd, NumBuffersEndsTheStreamForThePublisherToo) {
  TestPipeline pipeline("num-buffers=10");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  (void)send_all(publisher, made_up_stream(30));  // it may be closed before
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(pipeline.pushed().size(), 10u);
  expect_over(pipeline, publisher, log);
}

TEST(DiskFull, UnderFilesinkEndsTheStream) {
  TestPipeline pipeline("", "filesink name=disk location=/dev/full");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  (void)send_all(publisher, made_up_stream(200));  // more than filesink's buffer; it may be closed before
  EXPECT_EQ(first_on_bus(pipeline.pipeline()), "disk: No space left on the resource.");
  expect_over(pipeline, publisher, log);
}

// All of the stream is in filesink's buffer until its end.
TEST(DiskFull, UnderFilesinkIsSaidAtTheEndOfAShortStream) {
  TestPipeline pipeline("", "filesink name=disk location=/dev/full");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(5)));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(publisher.next_status(), "NetStream.Unpublish.Success");
  EXPECT_EQ(first_on_bus(pipeline.pipeline()), "disk: No space left on the resource.");
  publisher.close();
  EXPECT_LT(pipeline.stop(), kSoon);
}

// One sink has its first buffer, and lets no other past until all sinks have one, for which the other sink
// waits. Meanwhile a link changes behind the source, as a demuxer's do when it finds another track.
TEST(Downstream, ThatLetsNothingPastDoesNotStopTheSourceWhenALinkChanges) {
  TestPipeline pipeline("",
                        "queue name=queue max-size-bytes=0 max-size-buffers=0 max-size-time=0 "
                        "! fakesink name=sink fakesink name=waiting");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(10)));
  const std::size_t before = 1 + made_up_stream(10).size();  // with the file header
  ASSERT_TRUE(pipeline.wait_for_buffers(before));
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "sink");
  ASSERT_EQ(gst_element_get_state(sink, nullptr, nullptr, GST_CLOCK_TIME_NONE), GST_STATE_CHANGE_SUCCESS);
  gst_object_unref(sink);

  GstElement* queue = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "queue");
  GstPad* pad = gst_element_get_static_pad(queue, "sink");
  EXPECT_TRUE(gst_pad_push_event(pad, gst_event_new_reconfigure()));
  gst_object_unref(pad);
  gst_object_unref(queue);
  ASSERT_TRUE(send_all(publisher, made_up_stream(20)));
  EXPECT_TRUE(pipeline.wait_for_buffers(before + made_up_stream(20).size()));
}

}  // namespace
}  // namespace rtmp::test
