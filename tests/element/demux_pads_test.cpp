// SPDX-License-Identifier: LGPL-2.1-or-later
// When eflvdemux adds its pads, and what it tells of them: events, collections, no-more-pads; and what their
// pushes come to.
#include <gtest/gtest.h>

#include <algorithm>

#include "demux_harness.h"
#include "flv_tags.h"

namespace rtmp::test {
namespace {

using Log = std::vector<std::string>;

std::string header(bool audio, bool video) {
  std::string bytes = flv_file_header();
  bytes[4] = static_cast<char>((audio ? 4 : 0) | (video ? 1 : 0));
  return bytes;
}

TEST(Pads, ComeWithTheConfigurationAndBeginInOrder) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push({avc_header()});
  EXPECT_TRUE(demux.has("video_0"));
  EXPECT_FALSE(demux.has("audio_0"));
  demux.push({aac_header(), avc_frame(0, true, "a"), aac_frame(0, "b")});
  demux.end();
  const Log begins{"stream-start", "caps", "segment", "stream-collection", "tag"};
  for (const char* name : {"video_0", "audio_0"}) {
    const Log& log = demux.pad(name).log;
    ASSERT_GE(log.size(), begins.size()) << name;
    EXPECT_TRUE(std::ranges::equal(begins, std::span(log).first(begins.size()))) << name;
    EXPECT_EQ(log.back(), "eos");
  }
  EXPECT_EQ(demux.pad("video_0").streams, 2u);
  EXPECT_EQ(demux.pad("audio_0").streams, 2u);
  EXPECT_NE(demux.pad("video_0").stream_id, demux.pad("audio_0").stream_id);
  EXPECT_TRUE(demux.pad("video_0").stream_id.starts_with("upstream/"));
  EXPECT_EQ(demux.messages(GST_MESSAGE_STREAM_COLLECTION).size(), 2u);
}

TEST(Pads, HaveNoFramesWithoutAConfiguration) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_frame(0, true, "a"), aac_frame(0, "b"), aac_header(), aac_frame(20, "c")});
  EXPECT_FALSE(demux.has("video_0"));
  EXPECT_EQ(demux.pad("audio_0").bytes(), "c");
  EXPECT_EQ(demux.stat("dropped-frames"), 2u);
}

TEST(Pads, AreSeveralOfAMedium) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), video(0, "96 00 'avc1' 01 0164001FFFE000"), audio(0, "95 00 'mp4a' 07 1210"),
              video(0, "96 11 'avc1' 00 000004 000000 41 01 000004 000028 42"),
              audio(0, "95 01 'mp4a' 07 21")});
  EXPECT_EQ(demux.pad("video_0").bytes(), "\x41");
  EXPECT_EQ(demux.pad("video_1").bytes(), "\x42");
  EXPECT_EQ(demux.pad("video_1").pts(), std::vector<GstClockTime>{40 * GST_MSECOND});
  EXPECT_EQ(demux.pad("audio_7").bytes(), "\x21");
  EXPECT_EQ(demux.pad("video_0").streams, 3u);
}

TEST(NoMorePads, FollowsWhenAllOfTheFileHeaderAreThere) {
  const struct { bool audio, video; } cases[] = {{true, true}, {true, false}, {false, true}};
  for (const auto& [has_audio, has_video] : cases) {
    DemuxHarness demux;
    demux.begin();
    demux.push(header(has_audio, has_video));
    if (has_audio && has_video) {
      demux.push({aac_header()});
      EXPECT_EQ(demux.no_more_pads(), 0u);
    }
    if (has_audio && !has_video) demux.push({aac_header()});
    if (has_video) demux.push({avc_header()});
    EXPECT_EQ(demux.no_more_pads(), 1u);
  }
}

TEST(NoMorePads, WaitsForWhatMetadataAnnounces) {
  DemuxHarness demux;
  demux.begin();
  demux.push({metadata({{"videocodecid", AmfValue::number(7)},
                        {"videoTrackIdInfoMap", AmfValue::object({{"0", AmfValue::object({})},
                                                                  {"2", AmfValue::object({})},
                                                                  {"nonsense", AmfValue::null()}})}})});
  demux.push({avc_header(), avc_frame(0, true, "a")});
  EXPECT_EQ(demux.no_more_pads(), 0u);
  demux.push({video(20, "96 00 'avc1' 02 0164001FFFE000")});
  EXPECT_EQ(demux.no_more_pads(), 1u);
}

TEST(NoMorePads, WaitsNoLongerThanTheStreamTakes) {
  for (const guint wait : {1000u, 300u, 0u}) {
    SCOPED_TRACE(wait);
    DemuxHarness demux("track-wait=" + std::to_string(wait));
    demux.begin();
    demux.push(header(true, true));
    demux.push({avc_header(), avc_frame(5000, true, "a")});
    if (wait > 0) {
      EXPECT_EQ(demux.no_more_pads(), 0u);
      demux.push({avc_frame(5000 + wait - 1, false, "b")});
      EXPECT_EQ(demux.no_more_pads(), 0u);
      demux.push({avc_frame(5000 + wait, false, "c")});
    }
    EXPECT_EQ(demux.no_more_pads(), 1u);
    // One that is late gets its pad all the same.
    demux.push({aac_header(20'000), aac_frame(20'000, "d")});
    EXPECT_EQ(demux.pad("audio_0").bytes(), "d");
    EXPECT_EQ(demux.pad("video_0").streams, 2u);
  }
}

// Frames that cannot be pushed are time that passes, too.
TEST(NoMorePads, WaitsNoLongerWhereOneTrackIsLeftOutAndTheOtherIsSilent) {
  DemuxHarness demux;
  demux.begin();
  demux.push({metadata({{"videoTrackIdInfoMap", AmfValue::object({{"0", AmfValue::object({})}})}})});
  demux.push({aac_header(0), video(5000, "96 01 'what' 03 00"), video(5999, "96 01 'what' 03 00")});
  EXPECT_EQ(demux.no_more_pads(), 0u);
  demux.push({video(6000, "96 01 'what' 03 00")});
  EXPECT_EQ(demux.no_more_pads(), 1u);
}

TEST(NoMorePads, ComesWithTheEndAtLast) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header()});
  EXPECT_EQ(demux.no_more_pads(), 0u);
  demux.end();
  EXPECT_EQ(demux.no_more_pads(), 1u);
  EXPECT_EQ(demux.pad("video_0").log.back(), "eos");
  EXPECT_EQ(demux.pad("video_0").segments.size(), 1u);
}

TEST(End, BeforeAnyDataIsNoError) {
  for (const std::string& bytes : {std::string(), flv_file_header(), flv_file_header() + avc_header().tag(),
                                   metadata({}).tag(), std::string(100, 'x')}) {
    DemuxHarness demux;
    demux.begin();
    if (!bytes.empty()) demux.push(bytes);
    demux.end();
    EXPECT_TRUE(demux.messages(GST_MESSAGE_ERROR).empty());
  }
}

// Branches that wait for a track end, and with them their sinks and the pipeline.
TEST(End, OfAStreamWithoutTracksReachesWhatWaitsForThem) {
  const Log ended{"stream-start", "segment", "eos"};
  for (const GstFormat format : {GST_FORMAT_TIME, GST_FORMAT_BYTES}) {
    DemuxHarness demux;
    demux.begin(format);
    demux.end();
    for (const char* name : {"video_0", "audio_0"}) EXPECT_EQ(demux.pad(name).log, ended) << name;
    EXPECT_NE(demux.pad("video_0").stream_id, demux.pad("audio_0").stream_id);
    EXPECT_EQ(demux.no_more_pads(), 1u);
    EXPECT_TRUE(demux.messages(GST_MESSAGE_STREAM_COLLECTION).empty());
  }
  // decodebin and parsebin would wait for a track behind no-more-pads, and so for no end.
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push({avc_header(), avc_frame(0, true, "a")});
  demux.end();
  EXPECT_EQ(demux.pad("video_0").log.back(), "eos");
  EXPECT_FALSE(demux.has("audio_0"));
}

// The time of the stream before says nothing of the next one.
TEST(End, HasASegmentOfItsOwnStream) {
  DemuxHarness demux("timestamps=stream");
  demux.begin(GST_FORMAT_TIME, 0, 3 * GST_SECOND);
  demux.push({avc_header(), avc_frame(5000, true, "a")});
  gst_element_set_state(demux.element(), GST_STATE_READY);
  gst_element_set_state(demux.element(), GST_STATE_PAUSED);
  demux.begin(GST_FORMAT_TIME, 0, 3 * GST_SECOND);
  demux.end();
  ASSERT_EQ(demux.pad("video_0").segments.size(), 1u);
  EXPECT_EQ(demux.pad("video_0").segments[0].base, 3 * GST_SECOND);
}

TEST(End, IsOverWhereTheStreamGoesOn) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.end();
  demux.push(gst_event_new_flush_start());
  demux.push(gst_event_new_flush_stop(TRUE));
  for (auto& pad : demux.pads()) EXPECT_TRUE(pad.removed);
  demux.begin(GST_FORMAT_TIME);
  demux.push(avc_and_aac(3));
  demux.end();
  EXPECT_EQ(demux.pads().size(), 4u);
  for (const char* name : {"video_0", "audio_0"}) EXPECT_EQ(demux.pad(name).frames.size(), 3u) << name;
}

TEST(Flow, OnePadThatIsNotLinkedIsNoError) {
  DemuxHarness demux("", {"audio_0"});
  demux.begin();
  EXPECT_EQ(demux.push(header(true, true)), GST_FLOW_OK);
  EXPECT_EQ(demux.push(avc_and_aac(30)), GST_FLOW_OK);
  EXPECT_EQ(demux.pad("video_0").frames.size(), 30u);
}

TEST(Flow, NoneThatIsLinkedIsOneOnceNoMoreAreToCome) {
  DemuxHarness demux("", {"audio_0", "video_0"});
  demux.begin();
  EXPECT_EQ(demux.push(header(true, true)), GST_FLOW_OK);
  EXPECT_EQ(demux.push({aac_header(), aac_frame(0, "a"), aac_frame(20, "b")}), GST_FLOW_OK);
  EXPECT_EQ(demux.push({avc_header(), avc_frame(40, true, "c")}), GST_FLOW_NOT_LINKED);
}

TEST(Flow, OfOnePadThatHasHadEnoughTheOthersGoOn) {
  DemuxHarness demux;
  demux.begin();
  demux.push(avc_and_aac(2));
  demux.answer("audio_0", GST_FLOW_EOS);
  EXPECT_EQ(demux.push({aac_frame(80, "a"), avc_frame(80, false, "b")}), GST_FLOW_OK);
  demux.answer("video_0", GST_FLOW_EOS);
  EXPECT_EQ(demux.push({avc_frame(120, false, "c")}), GST_FLOW_EOS);
}

TEST(Flow, AnErrorOfOnePadGoesUpstream) {
  DemuxHarness demux;
  demux.begin();
  demux.push(avc_and_aac(2));
  demux.answer("audio_0", GST_FLOW_ERROR);
  EXPECT_EQ(demux.push({aac_frame(80, "a")}), GST_FLOW_ERROR);
}

// Whatever is announced and has not come: the pad is there with the tag that says its format, and a frame
// leaves with the tag that brings it.
TEST(Frames, LeaveAtOnce) {
  const std::vector<Sent> announced{metadata(
      {{"videocodecid", AmfValue::number(7)},
       {"audiocodecid", AmfValue::number(10)},
       {"videoTrackIdInfoMap", AmfValue::object({{"0", AmfValue::object({})}, {"1", AmfValue::object({})}})},
       {"audioTrackIdInfoMap",
        AmfValue::object({{"0", AmfValue::object({})}, {"1", AmfValue::object({})}})}})};
  const struct { bool audio, video; } cases[] = {{true, true}, {true, false}, {false, true}};
  for (const auto& [has_audio, has_video] : cases) {
    for (const bool lists : {false, true}) {
      SCOPED_TRACE(std::to_string(has_audio) + std::to_string(has_video) + std::to_string(lists));
      DemuxHarness demux;
      demux.begin(GST_FORMAT_TIME);
      demux.push(header(true, true), 0);
      demux.push(announced);
      const auto push = [&](const Sent& tag) { lists ? demux.push_list({tag}) : demux.push({tag}); };
      if (has_video) {
        push(avc_header());
        EXPECT_TRUE(demux.has("video_0"));
        push(avc_frame(0, true, "a"));
        EXPECT_EQ(demux.pad("video_0").bytes(), "a");
      }
      if (has_audio) {
        push(aac_header());
        EXPECT_TRUE(demux.has("audio_0"));
        push(aac_frame(0, "b"));
        EXPECT_EQ(demux.pad("audio_0").bytes(), "b");
      }
      EXPECT_EQ(demux.no_more_pads(), 0u);
    }
  }
}

// No muxer waits for such a track longer than half a second.
TEST(Gaps, FillATrackThatIsSilent) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME, GST_SECOND);
  demux.push({avc_header(1000), aac_header(1000)});
  for (std::uint32_t time = 1000; time <= 3000; time += 40) demux.push({avc_frame(time, time == 1000, "x")});
  GstClockTime until = GST_SECOND;
  ASSERT_EQ(demux.pad("audio_0").gaps.size(), 5u);
  for (const auto& [from, to] : demux.pad("audio_0").gaps) {
    EXPECT_EQ(from, until);
    EXPECT_LE(to - from, 500 * GST_MSECOND);
    until = to;
  }
  EXPECT_TRUE(demux.pad("video_0").gaps.empty());
  // A track that is there goes on without.
  demux.push(
      {aac_frame(3000, "a"), avc_frame(3040, false, "b"), aac_frame(3380, "c"), avc_frame(3400, false, "d")});
  EXPECT_EQ(demux.pad("audio_0").gaps.size(), 5u);
  EXPECT_TRUE(demux.pad("video_0").gaps.empty());
}

// A GAP event would say that there is nothing where the last frame is still shown: a decoder that is a frame
// behind would have its picture come late, and dropped.
TEST(Gaps, AreNotBetweenFramesThatAreAlwaysSoFar) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), aac_header()});
  const auto push_second = [&](std::uint32_t second, bool has_video) {
    if (has_video) demux.push({avc_frame(second * 1000, second == 0, "x")});
    for (std::uint32_t time = 0; time < 1000; time += 20) demux.push({aac_frame(second * 1000 + time, "y")});
  };
  const auto& gaps = demux.pad("video_0").gaps;
  push_second(0, true);
  EXPECT_EQ(gaps.size(), 2u);  // nothing has said yet that the next frame is so far
  for (std::uint32_t second = 1; second < 5; ++second) push_second(second, true);
  EXPECT_EQ(gaps.size(), 2u);
  for (std::uint32_t second = 5; second < 7; ++second) push_second(second, false);
  ASSERT_EQ(gaps.size(), 7u);
  EXPECT_EQ(gaps[2].first, 4 * GST_SECOND);
  EXPECT_EQ(gaps[2].second, 5260 * GST_MSECOND);  // then as of any track that is silent
  for (std::size_t i = 3; i < gaps.size(); ++i) {
    EXPECT_EQ(gaps[i].first, gaps[i - 1].second);
    EXPECT_LE(gaps[i].second - gaps[i].first, 500 * GST_MSECOND);
  }
  // A queue of a second would be full before the frame comes.
  push_second(7, true);
  push_second(8, false);
  push_second(9, true);
  EXPECT_EQ(gaps.size(), 13u);
}

TEST(Gaps, OfUpstreamReachAllPads) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push(avc_and_aac(2));
  demux.push(gst_event_new_gap(40 * GST_MSECOND, GST_SECOND));
  for (const char* name : {"video_0", "audio_0"}) {
    ASSERT_EQ(demux.pad(name).gaps.size(), 1u);
    EXPECT_EQ(demux.pad(name).gaps[0].second, 1040 * GST_MSECOND);
  }
  demux.push({avc_frame(1060, false, "goes on"), aac_frame(1060, "a")});
  EXPECT_EQ(demux.pad("video_0").frames.size(), 3u);
}

TEST(States, LeaveNothingBehind) {
  DemuxHarness demux;
  for (int round = 0; round < 3; ++round) {
    demux.begin();
    demux.push(avc_and_aac(3));
    EXPECT_EQ(GST_ELEMENT(demux.element())->numsrcpads, 2);
    gst_element_set_state(demux.element(), GST_STATE_READY);
    EXPECT_EQ(GST_ELEMENT(demux.element())->numsrcpads, 0);
    EXPECT_TRUE(demux.pad("video_0").removed);
    gst_element_set_state(demux.element(), GST_STATE_PAUSED);
  }
  EXPECT_EQ(demux.no_more_pads(), 0u);
  demux.begin();
  demux.end();
  EXPECT_EQ(GST_ELEMENT(demux.element())->numsrcpads, 2);
  gst_element_set_state(demux.element(), GST_STATE_READY);
  EXPECT_EQ(GST_ELEMENT(demux.element())->numsrcpads, 0);
}

}  // namespace
}  // namespace rtmp::test
