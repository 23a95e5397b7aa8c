// SPDX-License-Identifier: LGPL-2.1-or-later
// The times of frames behind eflvdemux: those of the buffers that came, or those in the bytes.
#include <gtest/gtest.h>

#include "demux_harness.h"
#include "flv_tags.h"

namespace rtmp::test {
namespace {

using Times = std::vector<GstClockTime>;

Times ms(std::initializer_list<std::int64_t> times) {
  Times all;
  for (const std::int64_t time : times) all.push_back(static_cast<GstClockTime>(time) * GST_MSECOND);
  return all;
}

TEST(Time, IsThatOfTheBytesInASegmentOfBytes) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), avc_frame(3'600'000, true, "a"), avc_frame(3'600'040, false, "b")});
  demux.end();
  const auto& pad = demux.pad("video_0");
  EXPECT_EQ(pad.pts(), ms({3'600'000, 3'600'040}));
  ASSERT_EQ(pad.segments.size(), 1u);
  EXPECT_EQ(pad.segments[0].format, GST_FORMAT_TIME);
  EXPECT_EQ(pad.segments[0].start, 3'600'000 * GST_MSECOND);  // shown at once
  EXPECT_EQ(pad.segments[0].base, 0u);
}

TEST(Time, IsThatOfTheBuffersInASegmentOfTime) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME, 500 * GST_MSECOND, 7 * GST_SECOND);
  demux.push(avc_header(90'000).tag(), 500 * GST_MSECOND);
  demux.push(avc_frame(90'000, true, "a").tag(), 500 * GST_MSECOND);
  demux.push(avc_frame(90'040, false, "b").tag(), 541 * GST_MSECOND);
  demux.end();
  const auto& pad = demux.pad("video_0");
  EXPECT_EQ(pad.pts(), ms({500, 541}));
  ASSERT_EQ(pad.segments.size(), 1u);
  EXPECT_EQ(pad.segments[0].start, 500 * GST_MSECOND);
  EXPECT_EQ(pad.segments[0].base, 7 * GST_SECOND);
}

TEST(Time, OfTagsBehindTheFirstInABufferIsAsFarAsTheirTimestamps) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push(avc_header(1000).tag() + avc_frame(1000, true, "a").tag() + avc_frame(1040, false, "b").tag(),
             5 * GST_SECOND);
  EXPECT_EQ(demux.pad("video_0").pts(), ms({5000, 5040}));
}

TEST(Time, IsThatOfTheBytesWhereThePropertySaysSo) {
  DemuxHarness demux("timestamps=stream");
  demux.begin(GST_FORMAT_TIME, 500 * GST_MSECOND, 7 * GST_SECOND);
  demux.push(avc_header(90'000).tag(), 500 * GST_MSECOND);
  demux.push(avc_frame(90'000, true, "a").tag(), 600 * GST_MSECOND);
  demux.push(avc_frame(90'040, false, "b").tag(), 741 * GST_MSECOND);
  demux.push(gst_event_new_gap(741 * GST_MSECOND, GST_SECOND));
  const auto& pad = demux.pad("video_0");
  EXPECT_EQ(pad.pts(), ms({90'000, 90'040}));
  ASSERT_EQ(pad.segments.size(), 1u);
  EXPECT_EQ(pad.segments[0].start, 90'000 * GST_MSECOND);
  EXPECT_EQ(pad.segments[0].base, 7 * GST_SECOND + 100 * GST_MSECOND);  // when it would have been shown
  ASSERT_EQ(pad.gaps.size(), 1u);
  EXPECT_EQ(pad.gaps[0].second, 91'040 * GST_MSECOND);
}

TEST(Time, WrapsAfter49Days) {
  DemuxHarness demux;
  demux.begin();
  demux.push({aac_header(0x7FFFFFF0), aac_frame(0x7FFFFFF0, "a"), aac_frame(0x80000010, "b")});
  demux.push({aac_frame(0xFFFFFFF0, "c"), aac_frame(0x10, "d")});
  EXPECT_EQ(demux.pad("audio_0").pts(), ms({0x7FFFFFF0, 0x80000010, 0xFFFFFFF0, 0x100000010}));
}

TEST(Time, ThatBeginsBeforeZeroIsMovedToZero) {
  DemuxHarness demux;
  demux.begin();
  demux.push({aac_header(0xFFFFFFF0), aac_frame(0xFFFFFFF0, "a"), aac_frame(0x10, "b")});
  EXPECT_EQ(demux.pad("audio_0").pts(), ms({0, 0x20}));
}

// A timestamp that is damaged lies before all time as often as not. The times behind it are what they were.
TEST(Time, ThatIsDamagedIsThatOfOneFrameAlone) {
  DemuxHarness demux;
  demux.begin();
  demux.push({aac_header(), aac_frame(3000, "a"), aac_frame(0x90000000, "b"), aac_frame(3040, "c")});
  demux.push({aac_frame(0xFFFFFFFF, "d"), aac_frame(3080, "e"), aac_frame(0x70000000, "f")});
  demux.push({aac_frame(3120, "g")});
  EXPECT_EQ(demux.pad("audio_0").pts(), ms({3000, 0, 3040, 0, 3080, 0x70000000, 3120}));
}

// A header has the timestamp 0, and the clock of the frames is before that, or further ahead than 31 bits
// tell.
TEST(Time, ThatStaysBeforeZeroGoesOnFromZero) {
  for (const std::uint32_t begins : {0xFFFFF000u, 0x90000000u}) {
    SCOPED_TRACE(begins);
    DemuxHarness demux;
    demux.begin();
    demux.push({aac_header(0), aac_frame(begins, "a"), aac_frame(begins + 20, "b")});
    demux.push({aac_frame(begins + 40, "c"), aac_header(0), aac_frame(begins + 60, "d")});
    EXPECT_EQ(demux.pad("audio_0").pts(), ms({0, 20, 40, 60}));
  }
}

// A camera that has been up for 30 days.
TEST(Time, OfMoreThanHalfOfWhatATimestampHoldsIsItself) {
  DemuxHarness demux;
  demux.begin();
  demux.push({aac_header(2'592'000'000), aac_frame(2'592'000'000, "a"), aac_frame(2'592'000'020, "b")});
  EXPECT_EQ(demux.pad("audio_0").pts(), ms({2'592'000'000, 2'592'000'020}));
}

TEST(Time, NeverOverflows) {
  DemuxHarness demux;
  demux.begin();
  demux.push({aac_header()});
  std::uint32_t timestamp = 0;
  for (int i = 0; i < 10'000; ++i) demux.push({aac_frame(timestamp += 0x7FFFFFFF, "x")});
  // Two larger steps back would be one ahead.
  for (int i = 0; i < 10'000; ++i) demux.push({aac_frame(timestamp -= 0x40000000, "x")});
  GstClockTime last = 0;
  const auto times = demux.pad("audio_0").pts();
  ASSERT_EQ(times.size(), 20'000u);
  for (std::size_t i = 0; i < 10'000; ++i) {
    ASSERT_GE(times[i], last);
    last = times[i];
  }
  EXPECT_EQ(times.back(), 0u);
}

TEST(Time, AnotherFileBehindTheFirstGoesOn) {
  DemuxHarness demux;
  demux.begin();
  const std::string file = flv_file({aac_header(), aac_frame(0, "a"), aac_frame(20, "b")});
  demux.push(file + file);
  EXPECT_EQ(demux.pad("audio_0").pts(), ms({0, 20, 20, 40}));
}

TEST(CompositionTime, IsAddedToThatOfDecoding) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), video(100, "17 01 000050 65"), video(140, "27 01 FFFFD8 41"),
              video(180, "A3 'avc1' 41"), video(220, "A1 'avc1' 000028 41")});
  const auto& frames = demux.pad("video_0").frames;
  EXPECT_EQ(demux.pad("video_0").pts(), ms({180, 100, 180, 260}));
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[0].dts, 100 * GST_MSECOND);
  EXPECT_EQ(frames[1].dts, 140 * GST_MSECOND);
}

TEST(CompositionTime, BeforeAllTimeIsNoError) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), video(10, "17 01 800000 65"), video(20, "27 01 7FFFFF 65")});
  EXPECT_EQ(demux.pad("video_0").pts(), ms({0, 20 + 0x7FFFFF}));
  EXPECT_TRUE(demux.messages(GST_MESSAGE_ERROR).empty());
}

TEST(NanoOffset, IsAddedToTheTimeOfPresentation) {
  DemuxHarness demux;
  demux.begin();
  demux.push(
      {avc_header(), video(10, "97 02 0F423F 03 'avc1' 65"), video(20, "A7 02 000001 01 'avc1' 000002 65")});
  EXPECT_EQ(demux.pad("video_0").pts(), (Times{10'999'999, 22'000'001}));
  EXPECT_EQ(demux.pad("video_0").frames[0].dts, 10'000'000u);
}

TEST(Flags, SayWhatDependsOnOthers) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push({avc_header(), aac_header(), avc_frame(0, true, "a"), avc_frame(40, false, "b"),
              video(80, "37 01 000000 01")});
  demux.push({aac_frame(80, "c")}, GST_BUFFER_FLAG_DELTA_UNIT);
  const auto flags = [&](const char* pad, std::size_t i) {
    return demux.pad(pad).frames[i].flags &
           (GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_DELTA_UNIT | GST_BUFFER_FLAG_DROPPABLE);
  };
  EXPECT_EQ(flags("video_0", 0), guint{GST_BUFFER_FLAG_DISCONT});
  EXPECT_EQ(flags("video_0", 1), guint{GST_BUFFER_FLAG_DELTA_UNIT});
  EXPECT_EQ(flags("video_0", 2), guint{GST_BUFFER_FLAG_DELTA_UNIT} | guint{GST_BUFFER_FLAG_DROPPABLE});
  EXPECT_EQ(flags("audio_0", 0), guint{GST_BUFFER_FLAG_DISCONT});
}

GstBuffer* with_meta(const Sent& tag) {
  static GstCaps* reference = gst_caps_new_empty_simple("timestamp/x-test");
  const std::string bytes = tag.tag();
  GstBuffer* buffer = gst_buffer_new_memdup(bytes.data(), bytes.size());
  gst_buffer_add_reference_timestamp_meta(buffer, reference, 42, GST_CLOCK_TIME_NONE);
  return buffer;
}

// The tag of one track has its whole buffer, and one of many tracks shares it.
TEST(Metas, OfUpstreamAreKept) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), video(0, "96 00 'avc1' 01 0164001FFFE000")});
  std::vector<GstClockTime> seen;
  for (const char* name : {"video_0", "video_1"}) {
    GstPad* pad = gst_element_get_static_pad(demux.element(), name);
    gst_pad_add_probe(
        pad, GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad*, GstPadProbeInfo* info, gpointer into) {
          const auto* meta =
              gst_buffer_get_reference_timestamp_meta(GST_PAD_PROBE_INFO_BUFFER(info), nullptr);
          static_cast<std::vector<GstClockTime>*>(into)->push_back(meta ? meta->timestamp : 0);
          return GST_PAD_PROBE_OK;
        },
        &seen, nullptr);
    gst_object_unref(pad);
  }
  demux.push(with_meta(avc_frame(0, true, "whole")));
  demux.push(with_meta(video(40, "96 11 'avc1' 00 000004 000000 41 01 000004 000028 42")));
  EXPECT_EQ(seen, (std::vector<GstClockTime>{42, 42, 42}));
}

// rtmp2serversrc marks the first buffer of each further publisher.
TEST(Interruptions, GoOnWithTheNextKeyFrame) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push({avc_header(), aac_header(), avc_frame(0, false, "begins in the middle;"), aac_frame(0, "a;")});
  demux.push({avc_header(1000)}, GST_BUFFER_FLAG_DISCONT);
  demux.push({avc_frame(1000, false, "lost;"), aac_frame(1000, "b;"), avc_frame(1040, true, "key;"),
              avc_frame(1080, false, "next;")});
  const auto& video = demux.pad("video_0");
  EXPECT_EQ(video.bytes(), "begins in the middle;key;next;");
  EXPECT_EQ(demux.pad("audio_0").bytes(), "a;b;");
  EXPECT_TRUE(video.frames[1].flags & GST_BUFFER_FLAG_DISCONT);
  EXPECT_FALSE(video.frames[2].flags & GST_BUFFER_FLAG_DISCONT);
  EXPECT_TRUE(demux.pad("audio_0").frames[1].flags & GST_BUFFER_FLAG_DISCONT);
  EXPECT_EQ(demux.stat("dropped-frames"), 1u);
}

TEST(Flush, GoesOnWithTheNextKeyFrameInANewSegment) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push(avc_and_aac(3));
  const std::string cut = avc_frame(120, false, "cut off").tag();
  demux.push(cut.substr(0, 13));
  demux.push(gst_event_new_flush_start());
  demux.push(gst_event_new_flush_stop(TRUE));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.time = GST_SECOND;
  demux.push(gst_event_new_segment(&segment));
  demux.push({avc_frame(1000, false, "lost"), avc_frame(1040, true, "key"), aac_frame(1050, "sound")});
  demux.end();
  const auto& video = demux.pad("video_0");
  EXPECT_EQ(video.frames.back().bytes, "key");
  EXPECT_EQ(video.frames.size(), 4u);
  EXPECT_EQ(video.segments.size(), 2u);
  EXPECT_EQ(video.segments.back().start, GST_SECOND);
  EXPECT_EQ(demux.pad("audio_0").frames.back().bytes, "sound");
  EXPECT_EQ(video.log.back(), "eos");
}

}  // namespace
}  // namespace rtmp::test
