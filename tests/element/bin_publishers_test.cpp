// SPDX-License-Identifier: LGPL-2.1-or-later
// rtmp2serverbin with several publishers.
#include <gtest/gtest.h>

#include <algorithm>
#include <list>

#include "eventually.h"
#include "flv_tags.h"
#include "signal_log.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_bin.h"

namespace rtmp::test {
namespace {

using Story = std::vector<std::string>;

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kBusy = "NetStream.Publish.BadName";
constexpr const char* kDenied = "NetStream.Publish.Denied";

bool has(const Story& story, const std::string& line) { return std::ranges::count(story, line) > 0; }

bool is_empty(TestBin& bin) {
  return eventually(
      [&] { return GST_BIN_NUMCHILDREN(bin.bin()) == 0 && GST_ELEMENT(bin.bin())->numpads == 0; });
}

TEST(Several, EachHasPadsOfItsOwnThatGoWithIt) {
  TestBin bin("max-publishers=0");
  ASSERT_EQ(bin.pause(), GST_STATE_CHANGE_NO_PREROLL);
  ASSERT_EQ(bin.play(), GST_STATE_CHANGE_SUCCESS);
  TcpPublisher one(bin.port());
  TcpPublisher two(bin.port());
  start_publisher(bin, one, "cam1", 0);
  start_publisher(bin, two, "cam2", 1);
  one.close();
  ASSERT_TRUE(bin.wait_for("publisher-removed 0 live cam1 closed"));
  EXPECT_EQ(bin.story(), (Story{"publisher-added 0 live cam1", "added video_0_0", "added audio_0_0",
                                "publisher-added 1 live cam2", "added video_1_0", "added audio_1_0",
                                "eos video_0_0", "eos audio_0_0", "removed video_0_0", "removed audio_0_0",
                                "publisher-removed 0 live cam1 closed"}));
  EXPECT_EQ(bin.pad("video_0_0").frames.size(), 5u);
  ASSERT_TRUE(send_all(two, avc_and_aac(5, 1000)));
  EXPECT_TRUE(bin.wait_for_frames("audio_1_0", 10));

  // A number is not used again.
  TcpPublisher again(bin.port());
  start_publisher(bin, again, "cam1", 2);
  EXPECT_EQ(bin.pad("video_2_0").stream_id, "rtmp:" + std::to_string(bin.port()) + "/2/live/cam1/video_0");
  again.close();
  two.close();
  EXPECT_TRUE(bin.wait_for("publisher-removed 1 live cam2 closed"));
  EXPECT_TRUE(bin.wait_for("publisher-removed 2 live cam1 closed"));
  EXPECT_TRUE(is_empty(bin));
}

// It takes a place and is told of, and there is nothing to link.
TEST(Several, OneThatSendsNoMediaHasNoPads) {
  TestBin bin("max-publishers=2");
  bin.play();
  TcpPublisher silent(bin.port());
  ASSERT_EQ(silent.publish("live", "silent"), kStart);
  TcpPublisher one(bin.port());
  start_publisher(bin, one, "cam1", 1);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "cam2"), kBusy);
  silent.close();
  ASSERT_TRUE(bin.wait_for("publisher-removed 0 live silent closed"));
  EXPECT_EQ(bin.story(),
            (Story{"publisher-added 0 live silent", "publisher-added 1 live cam1", "added video_1_0",
                   "added audio_1_0", "publisher-removed 0 live silent closed"}));
}

TEST(Several, KeepListeningChangesNothing) {
  TestBin bin("max-publishers=0 keep-listening=true");
  bin.play();
  for (int i = 0; i < 2; ++i) {
    TcpPublisher publisher(bin.port());
    start_publisher(bin, publisher, "cam1", i);
    publisher.close();
    const std::string number = std::to_string(i);
    ASSERT_TRUE(bin.wait_for("publisher-removed " + number + " live cam1 closed"));
    EXPECT_TRUE(has(bin.story(), "removed video_" + number + "_0"));
  }
}

TEST(Several, OneTooManyHearsThatItIsBusy) {
  TestBin bin("max-publishers=2");
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  TcpPublisher one(bin.port());
  TcpPublisher two(bin.port());
  start_publisher(bin, one, "cam1", 0);
  start_publisher(bin, two, "cam2", 1);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "cam3"), kBusy);
  EXPECT_TRUE(log.wait_for("rejected live cam3 busy"));
  one.close();
  ASSERT_TRUE(bin.wait_for("publisher-removed 0 live cam1 closed"));
  TcpPublisher three(bin.port());
  start_publisher(bin, three, "cam3", 2);
}

TEST(Several, AreJudgedByTheHandlerAndTheProperties) {
  TestBin bin("max-publishers=0 application=live");
  g_signal_connect(bin.bin(), "client-connecting",
                   G_CALLBACK(+[](GstElement*, const GstStructure* client, gpointer) -> gboolean {
                     return g_str_equal(gst_structure_get_string(client, "query"), "right");
                   }),
                   nullptr);
  bin.play();
  EXPECT_EQ(TcpPublisher(bin.port()).publish("other", "cam1?right"), "NetConnection.Connect.InvalidApp");
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "cam1?wrong"), kDenied);
  TcpPublisher one(bin.port());
  start_publisher(bin, one, "cam1?right", 0);
  EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "cam1?wrong"), kDenied);  // of one who is there, too
  EXPECT_EQ(bin.story().front(), "publisher-added 0 live cam1");
}

// The bin and the branch name the very same.
TEST(Several, MayAllHaveTheNameThatTheBinAsksFor) {
  TestBin bin("max-publishers=0 application=live stream-key=secret takeover=refuse");
  bin.play();
  for (int i = 0; i < 3; ++i) {
    TcpPublisher publisher(bin.port());
    start_publisher(bin, publisher, "secret", i);
    EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "secret"), kBusy);
    EXPECT_EQ(TcpPublisher(bin.port()).publish("live", "wrong"), kDenied);
    publisher.close();
    ASSERT_TRUE(bin.wait_for("publisher-removed " + std::to_string(i) + " live secret closed"));
  }
}

TEST(Several, OneThatTakesOverGoesOnUnderTheNumber) {
  TestBin bin("max-publishers=1000 takeover=replace");
  SignalLog log(bin.bin(), bin.pipeline());
  bin.play();
  TcpPublisher one(bin.port());
  start_publisher(bin, one, "cam1", 0);
  TcpPublisher two(bin.port());
  ASSERT_EQ(two.publish("live", "cam1"), kStart);
  ASSERT_TRUE(send_all(two, avc_and_aac(5)));
  ASSERT_TRUE(bin.wait_for_frames("audio_0_0", 10));
  EXPECT_TRUE(log.wait_for("removed live cam1 replaced"));
  EXPECT_EQ(bin.story(), (Story{"publisher-added 0 live cam1", "added video_0_0", "added audio_0_0"}));
  two.close();
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 closed"));
}

// A sink that waits for good, at the first frame of the first publisher.
TEST(Several, OneWhoseBranchBlocksHoldsNobodyElse) {
  std::mutex gate;
  TestBin bin("max-publishers=0");
  std::unique_lock closed(gate);
  SignalLog log(bin.bin(), bin.pipeline());
  const auto block = [](GstElement*, GstPad* pad, gpointer mutex) {
    if (!g_str_equal(GST_PAD_NAME(pad), "video_0_0")) return;
    gst_pad_add_probe(
        pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
        [](GstPad*, GstPadProbeInfo*, gpointer held) {
          const std::lock_guard lock(*static_cast<std::mutex*>(held));
          return GST_PAD_PROBE_OK;
        },
        mutex, nullptr);
  };
  g_signal_connect(bin.bin(), "pad-added", G_CALLBACK(+block), &gate);
  bin.play();
  TcpPublisher one(bin.port());
  ASSERT_EQ(one.publish("live", "blocked"), kStart);
  ASSERT_TRUE(send_all(one, avc_and_aac(5)));
  ASSERT_TRUE(bin.wait_for("added audio_0_0"));
  for (int i = 1; i <= 3; ++i) {
    TcpPublisher other(bin.port());
    start_publisher(bin, other, "other", i);
    other.close();
    ASSERT_TRUE(bin.wait_for("publisher-removed " + std::to_string(i) + " live other closed"));
  }
  // It ends behind what has come, however long that takes.
  one.close();
  ASSERT_TRUE(log.wait_for("removed live blocked closed"));
  TcpPublisher again(bin.port());
  start_publisher(bin, again, "blocked", 4);
  EXPECT_FALSE(has(bin.story(), "eos video_0_0"));
  closed.unlock();
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live blocked closed"));
}

TEST(Several, StatsHaveEachPublisherAndTheSums) {
  TestBin bin("max-publishers=0");
  bin.play();
  TcpPublisher one(bin.port());
  TcpPublisher two(bin.port());
  start_publisher(bin, one, "cam1", 0);
  start_publisher(bin, two, "cam2", 1);
  GstStructure* stats = nullptr;
  g_object_get(bin.bin(), "stats", &stats, nullptr);
  guint64 accepted = 0, connections = 0;
  EXPECT_TRUE(gst_structure_get_uint64(stats, "accepted", &accepted));
  EXPECT_TRUE(gst_structure_get_uint64(stats, "port-connections", &connections));
  EXPECT_EQ(accepted, 2u);
  EXPECT_EQ(connections, 2u);
  const GValue* publishers = gst_structure_get_value(stats, "publishers");
  ASSERT_EQ(gst_value_array_get_size(publishers), 2u);
  const GstStructure* second = gst_value_get_structure(gst_value_array_get_value(publishers, 1));
  EXPECT_STREQ(gst_structure_get_string(second, "stream-key"), "cam2");
  guint number = 0;
  EXPECT_TRUE(gst_structure_get_uint(second, "number", &number));
  EXPECT_EQ(number, 1u);
  gst_structure_free(stats);
}

TEST(Several, AllEndAtAnEosEventAndNobodyComesAnyMore) {
  TestBin bin("max-publishers=0");
  bin.play();
  TcpPublisher one(bin.port());
  TcpPublisher two(bin.port());
  start_publisher(bin, one, "cam1", 0);
  start_publisher(bin, two, "cam2", 1);
  const std::uint16_t port = bin.port();
  gst_element_send_event(bin.pipeline(), gst_event_new_eos());
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 stopped"));
  EXPECT_TRUE(bin.wait_for("publisher-removed 1 live cam2 stopped"));
  EXPECT_TRUE(has(bin.story(), "eos video_0_0"));
  EXPECT_TRUE(has(bin.story(), "eos audio_1_0"));
  EXPECT_EQ(TcpPublisher(port).publish("live", "cam3"), kBusy);
}

TEST(Several, AStopEndsAHundredAtOnce) {
  TestBin bin("max-publishers=0");
  for (int run = 0; run < 2; ++run) {
    bin.play();
    std::list<TcpPublisher> publishers;
    for (int i = 0; i < 100; ++i)
      start_publisher(bin, publishers.emplace_back(bin.port()), "cam" + std::to_string(i), run * 100 + i);
    EXPECT_LT(bin.stop(), 2000 * kSlowness);  // a goodbye takes half a second at most
    EXPECT_EQ(GST_BIN_NUMCHILDREN(bin.bin()), 0);
    EXPECT_EQ(GST_ELEMENT(bin.bin())->numpads, 0);
    EXPECT_TRUE(bin.wait_for("publisher-removed " + std::to_string(run * 100) + " live cam0 stopped"));
  }
}

bool disconnect(TestBin& bin, guint number, const char* how) {
  gboolean there = FALSE;
  GType type = g_type_from_name("GstRtmp2ServerDismissal");
  GEnumClass* values = G_ENUM_CLASS(g_type_class_ref(type));
  g_signal_emit_by_name(bin.bin(), "disconnect-publisher", number,
                        g_enum_get_value_by_nick(values, how)->value, &there);
  g_type_class_unref(values);
  return there != FALSE;
}

// Each is told what makes it stay away or come back: the third understands a request to reconnect.
TEST(Several, OneIsDisconnectedByItsNumber) {
  TestBin bin("max-publishers=0");
  bin.play();
  TcpPublisher one(bin.port());
  TcpPublisher two(bin.port());
  TcpPublisher three(bin.port());
  TcpPublisher four(bin.port());
  start_publisher(bin, one, "cam1", 0);
  start_publisher(bin, two, "cam2", 1);
  ASSERT_EQ(three.connect({.app = "live", .caps_ex = 1}), "NetConnection.Connect.Success");
  ASSERT_EQ(three.publish_key("cam3"), kStart);
  start_publisher(bin, four, "cam4", 3);
  EXPECT_FALSE(disconnect(bin, 4, "stay-away"));
  EXPECT_TRUE(disconnect(bin, 0, "stay-away"));
  EXPECT_TRUE(disconnect(bin, 1, "come-back"));
  EXPECT_TRUE(disconnect(bin, 2, "come-back"));
  EXPECT_EQ(one.next_status(), "NetStream.Publish.BadName");
  EXPECT_EQ(two.next_status(), "NetConnection.Connect.AppShutdown");
  EXPECT_EQ(three.next_status(), "NetConnection.Connect.ReconnectRequest");
  for (const char* who : {"0 live cam1", "1 live cam2", "2 live cam3"})
    EXPECT_TRUE(bin.wait_for(std::string("publisher-removed ") + who + " disconnected"));
  EXPECT_TRUE(has(bin.story(), "eos video_0_0"));
  EXPECT_FALSE(disconnect(bin, 0, "stay-away"));
  ASSERT_TRUE(send_all(four, avc_and_aac(5, 1000)));
  EXPECT_TRUE(bin.wait_for_frames("audio_3_0", 10));
}

// The codec is one that enhanced=false does not take: for the pipeline there was no publisher.
TEST(Several, OneThatIsNotTakenLeavesItsPlace) {
  TestBin bin("max-publishers=1000 enhanced=false");
  bin.play();
  TcpPublisher one(bin.port());
  ASSERT_EQ(one.publish("live", "cam1"), kStart);
  (void)send_all(one, {video(0, "90 'hvc1' 00")});
  EXPECT_TRUE(bin.wait_for("publisher-removed 0 live cam1 not-taken")) << testing::PrintToString(bin.story());
  EXPECT_TRUE(is_empty(bin));
  TcpPublisher two(bin.port());
  start_publisher(bin, two, "cam1", 1);
}

}  // namespace
}  // namespace rtmp::test
