// SPDX-License-Identifier: LGPL-2.1-or-later
// Tracks that change, come late, are repeated or cannot be used: what eflvdemux makes of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "demux_harness.h"
#include "flv_tags.h"

namespace rtmp::test {
namespace {

int number(const std::string& caps, const char* field) {
  GstCaps* parsed = gst_caps_from_string(caps.c_str());
  gint value = -1;
  gst_structure_get_int(gst_caps_get_structure(parsed, 0), field, &value);
  gst_caps_unref(parsed);
  return value;
}

std::string name_of(const std::string& caps) { return caps.substr(0, caps.find(',')); }

TEST(Changes, OfARateAreNewCapsInFrontOfItsFirstFrame) {
  DemuxHarness demux;
  demux.begin();
  demux.push({aac_header(), aac_frame(0, "a"), audio(20, "AF 00 1190")});
  auto& pad = demux.pad("audio_0");
  EXPECT_EQ(pad.log.back(),
            "caps");  // at once: one that records sees all tracks change before the next frame
  demux.push({aac_frame(20, "b"), aac_frame(40, "c")});
  ASSERT_EQ(pad.caps.size(), 2u);
  EXPECT_EQ(number(pad.caps[0], "rate"), 44100);
  EXPECT_EQ(number(pad.caps[1], "rate"), 48000);
  EXPECT_EQ(std::vector(pad.log.end() - 2, pad.log.end()), (std::vector<std::string>{"caps", "frame"}));
  EXPECT_EQ(pad.bytes(), "abc");
  EXPECT_EQ(demux.pads().size(), 1u);
}

TEST(Changes, OfWhatFramesSayAreNewCaps) {
  DemuxHarness demux;
  demux.begin();
  demux.push({audio(0, "2F FFFB94640000021C"), audio(20, "2F FFFB94640000021C"),
              audio(40, "2F FFFB50C400000A2C"), video(0, "91 'vp08' 104F009D012AB2009200000708858588"),
              video(40, "91 'vp08' 104F009D012A40002000000708858588")});
  ASSERT_EQ(demux.pad("audio_0").caps.size(), 2u);
  EXPECT_EQ(number(demux.pad("audio_0").caps[1], "rate"), 44100);
  ASSERT_EQ(demux.pad("video_0").caps.size(), 2u);
  EXPECT_EQ(number(demux.pad("video_0").caps[1], "width"), 64);
}

TEST(Changes, AreNotWhatIsRepeated) {
  DemuxHarness demux;
  demux.begin();
  for (std::uint32_t time = 0; time < 1000; time += 40)
    demux.push({avc_header(time), aac_header(time), avc_frame(time, time == 0, "x"), aac_frame(time, "y")});
  EXPECT_EQ(demux.pad("video_0").caps.size(), 1u);
  EXPECT_EQ(demux.pad("audio_0").caps.size(), 1u);
  EXPECT_EQ(demux.pad("video_0").frames.size(), 25u);
}

TEST(Changes, ThatCannotBeReadDoNotCount) {
  DemuxHarness demux;
  demux.begin();
  demux.push(avc_and_aac(2));
  for (const char* broken : {"17 00 000000", "17 00 000000 FF", "17 00 000000 02640000FFE100"})
    demux.push({video(80, broken), avc_frame(80, false, "x")});
  demux.push({audio(80, "AF 00"), audio(80, "AF 00 FFFF"), aac_frame(80, "y")});
  EXPECT_EQ(demux.pad("video_0").frames.size(), 5u);
  EXPECT_EQ(demux.pad("video_0").caps.size(), 1u);
  EXPECT_EQ(demux.pad("audio_0").frames.size(), 3u);
  EXPECT_EQ(demux.pad("audio_0").caps.size(), 1u);
}

// As long as the longest message: a stream of many tracks would have each of them kept.
TEST(Changes, ToAConfigurationOfExcessiveLengthDoNotCount) {
  DemuxHarness demux;
  demux.begin();
  demux.push(avc_and_aac(1));
  Sent longest = aac_header(40);
  longest.body[3] = '\x08';  // one channel
  longest.body.resize(2 + (64 << 10));
  Sent too_long = longest;
  too_long.body += '\0';
  demux.push({too_long, aac_frame(40, "x")});
  EXPECT_EQ(demux.pad("audio_0").caps.size(), 1u);
  EXPECT_EQ(demux.stat("malformed"), 1u);
  demux.push({longest, aac_frame(80, "y")});
  EXPECT_EQ(demux.pad("audio_0").caps.size(), 2u);
  EXPECT_EQ(demux.pad("audio_0").frames.size(), 3u);
  EXPECT_EQ(demux.stat("malformed"), 1u);
}

TEST(Changes, OfTheCodecEndAPadAndAddOneOfItsName) {
  DemuxHarness demux;
  demux.begin();
  demux.push(avc_and_aac(26));
  EXPECT_EQ(demux.no_more_pads(), 1u);  // a second is over
  demux.push({video(1100, "90 'av01' 81000C00 0A0B000000043CFFBC02F80040")});
  ASSERT_EQ(demux.pads().size(), 3u);
  const auto& old_pad = demux.pads()[0];
  const auto& new_pad = demux.pad("video_0");
  EXPECT_NE(&old_pad, &new_pad);
  EXPECT_EQ(old_pad.log.back(), "eos");
  EXPECT_TRUE(old_pad.removed);
  EXPECT_EQ(demux.no_more_pads(), 2u);
  demux.push({video(1120, "93 'av01' 0A0B000000043CFFBC02F80040"), aac_frame(1120, "goes on")});
  EXPECT_EQ(new_pad.frames.size(), 1u);
  EXPECT_NE(old_pad.stream_id, new_pad.stream_id);
  EXPECT_EQ(new_pad.streams, 2u);
  EXPECT_EQ(demux.pad("audio_0").streams, 2u);
  EXPECT_EQ(name_of(new_pad.caps[0]), "video/x-av1");
  EXPECT_EQ(demux.pad("audio_0").frames.back().bytes, "goes on");
  EXPECT_EQ(GST_ELEMENT(demux.element())->numsrcpads, 2);

  demux.push({avc_header(1200), avc_frame(1200, true, "back again")});
  ASSERT_EQ(demux.pads().size(), 4u);
  EXPECT_EQ(demux.pad("video_0").bytes(), "back again");
  EXPECT_NE(demux.pad("video_0").stream_id, old_pad.stream_id);
}

// One bit of a frame's header names another codec. The frames behind it need the configuration that came
// once.
TEST(Changes, OfTheCodecForAFrameDoNotCostTheConfiguration) {
  DemuxHarness demux;
  demux.begin();
  demux.push(avc_and_aac(2));
  demux.push({video(80, "26 01 000000 00000001"), audio(80, "BF 01 00")});
  demux.push({avc_frame(120, false, "x"), aac_frame(120, "y"), avc_frame(160, false, "z")});
  EXPECT_EQ(demux.pads().size(), 6u);
  EXPECT_EQ(demux.pads()[2].caps, std::vector<std::string>{"video/x-flash-screen2"});
  EXPECT_EQ(demux.pad("video_0").caps, demux.pads()[0].caps);
  EXPECT_EQ(demux.pad("video_0").bytes(), "xz");
  EXPECT_EQ(demux.pad("audio_0").caps, demux.pads()[1].caps);
  EXPECT_EQ(demux.pad("audio_0").bytes(), "y");
  EXPECT_EQ(demux.stat("dropped-frames"), 0u);
  // A configuration counts, also if it is that of a codec before.
  demux.push({video(200, "90 'av01' 81000C00 0A0B000000043CFFBC02F80040"), avc_header(200),
              avc_frame(200, true, "k")});
  EXPECT_EQ(demux.pad("video_0").caps, demux.pads()[0].caps);
  EXPECT_EQ(demux.pad("video_0").bytes(), "k");
}

// Each keeps its pads. The next one may have sent HDR before, and now sends something else.
TEST(Changes, OfThePublisherForgetWhatTheOneBeforeSaidOfItsColoursAndChannels) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  const auto publish = [&](std::uint32_t time, bool tells) {
    demux.push({avc_header(time), audio(time, "AF 00 11B0")}, GST_BUFFER_FLAG_DISCONT);
    if (tells)
      demux.push({video(time,
                        "94 'avc1' 02 0009'colorInfo' 03 000B'colorConfig' 03"
                        " 000E'colorPrimaries' 00 4022000000000000"
                        " 0017'transferCharacteristics' 00 4030000000000000"
                        " 0012'matrixCoefficients' 00 4022000000000000 000009 000009"),
                  audio(time, "94 'mp4a' 01 06 0000003F")});
    demux.push({avc_frame(time, true, "x"), aac_frame(time, "y")});
  };
  publish(0, true);
  auto& video = demux.pad("video_0").caps;
  auto& audio = demux.pad("audio_0").caps;
  const auto told = std::pair(video.back(), audio.back());
  EXPECT_NE(told.first.find("bt2100-pq"), std::string::npos) << told.first;
  EXPECT_NE(told.second.find("channel-mask"), std::string::npos) << told.second;
  const auto sizes = std::pair(video.size(), audio.size());
  publish(1000, true);
  EXPECT_EQ(std::pair(video.size(), audio.size()), sizes);
  publish(2000, false);
  EXPECT_EQ(std::pair(video.size(), audio.size()), std::pair(sizes.first + 1, sizes.second + 1));
  EXPECT_EQ(video.back().find("colorimetry"), std::string::npos) << video.back();
  EXPECT_EQ(audio.back().find("channel-mask"), std::string::npos) << audio.back();
  EXPECT_EQ(demux.pads().size(), 2u);
}

// What a frame of the configuration before said of the size says nothing of the next one.
TEST(Changes, OfAConfigurationOfAv1AreNewCapsOnce) {
  DemuxHarness demux;
  demux.begin();
  demux.push({video(0, "90 'av01' 81000C00 0A0B000000043CFFBC02F80040"),
              video(0, "91 'av01' 0A0B000000043CFFBC02F80040 3201 00")});
  const auto& caps = demux.pad("video_0").caps;
  ASSERT_EQ(caps.size(), 1u);
  EXPECT_NE(number(caps[0], "width"), 178);
  demux.push({video(40, "90 'av01' 81004C00 0A0E00000003BD8C8805F0A122012080")});
  ASSERT_EQ(caps.size(), 2u);
  EXPECT_EQ(number(caps[1], "width"), 178);
  demux.push({video(40, "91 'av01' 0A0E00000003BD8C8805F0A122012080 3201 00")});
  EXPECT_EQ(caps.size(), 2u);
}

// The header says how, but not what.
TEST(Changes, OfTheHeaderAreNone) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), avc_frame(0, true, "a"), video(40, "A3 'avc1' 62"),
              video(80, "A6 01 'avc1' 00 000000 63"), aac_header(), aac_frame(0, "d"),
              audio(20, "91 'mp4a' 65")});
  EXPECT_EQ(demux.pads().size(), 2u);
  EXPECT_EQ(demux.pad("video_0").bytes(), "abc");
  EXPECT_EQ(demux.pad("audio_0").bytes(), "de");
}

TEST(Codecs, ThatAreUnknownAreLeftOutAndToldOfOnce) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), avc_frame(0, true, "a")});
  for (std::uint32_t time = 0; time < 200; time += 20)
    demux.push({video(time, "96 01 'what' 01 00"), audio(time, "F0 00"), audio(time, "91 'huh?' 00"),
                video(time, "D0 'avc1' 00"), video(time, "52 00"), video(time, "9F 'avc1' 00")});
  demux.push({avc_frame(200, false, "b")});
  EXPECT_EQ(demux.pad("video_0").bytes(), "ab");
  EXPECT_EQ(demux.pads().size(), 1u);
  const auto told = demux.messages(GST_MESSAGE_ELEMENT);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("track-left-out"), std::string::npos);
  EXPECT_NE(told[0].find("codec=(string)what"), std::string::npos) << told[0];
  EXPECT_NE(told[0].find("track=(uint)1"), std::string::npos) << told[0];
  EXPECT_EQ(demux.messages(GST_MESSAGE_WARNING).size(), 2u);
  EXPECT_TRUE(demux.messages(GST_MESSAGE_ERROR).empty());
}

// SPS and PPS as in a byte-stream, where a configuration record should be; and none at all.
TEST(Codecs, WhoseFormatNothingSaysAreToldOfAfterASecond) {
  DemuxHarness demux;
  demux.begin();
  demux.push({video(0, "17 00 000000 00000001 6764001F 00000001 68EE")});
  for (std::uint32_t time = 0; time < 3000; time += 40)
    demux.push({avc_frame(time, time % 1000 == 0, "x"), aac_frame(time, "y")});
  const auto told = demux.messages(GST_MESSAGE_ELEMENT);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_NE(told[0].find("track-left-out, media=(string)video"), std::string::npos) << told[0];
  EXPECT_NE(told[1].find("track-left-out, media=(string)audio"), std::string::npos) << told[1];
  EXPECT_TRUE(demux.messages(GST_MESSAGE_ERROR).empty());
  // One that comes after all is not lost.
  demux.push({aac_header(3000), aac_frame(3000, "z")});
  EXPECT_EQ(demux.pad("audio_0").bytes(), "z");
}

TEST(Codecs, WhoseConfigurationComesSoonAreNotToldOf) {
  DemuxHarness demux;
  demux.begin();
  demux.push({aac_frame(0, "x"), aac_frame(900, "y"), aac_header(920), aac_frame(2000, "z")});
  EXPECT_TRUE(demux.messages(GST_MESSAGE_ELEMENT).empty());
}

// rtmp2serversrc marks the first buffer of each further publisher.
TEST(Codecs, OfTheNextPublisherAreToldOfAsThoseOfTheFirst) {
  DemuxHarness demux;
  demux.begin(GST_FORMAT_TIME);
  demux.push({avc_header(), avc_frame(0, true, "a"), video(0, "96 01 'what' 01 00")});
  EXPECT_EQ(demux.messages(GST_MESSAGE_ELEMENT).size(), 1u);
  demux.push({avc_header(5000)}, GST_BUFFER_FLAG_DISCONT);
  demux.push(
      {avc_frame(5000, true, "b"), video(5000, "96 01 'what' 01 00"), video(5040, "96 01 'what' 01 00")});
  EXPECT_EQ(demux.messages(GST_MESSAGE_ELEMENT).size(), 2u);
  // Its sound has a second for the configuration, too.
  demux.push({aac_frame(5060, "x"), aac_header(5080), aac_frame(5100, "y")});
  EXPECT_EQ(demux.messages(GST_MESSAGE_ELEMENT).size(), 2u);
  EXPECT_EQ(demux.pad("video_0").bytes(), "ab");
  EXPECT_EQ(demux.pad("audio_0").bytes(), "y");
}

TEST(Tracks, HaveALimit) {
  DemuxHarness demux;
  demux.begin();
  for (int track = 0; track < 256; ++track) {
    gchar* number = g_strdup_printf("%02X", track);
    demux.push({audio(0, "95 00 'mp4a' " + std::string(number) + " 1210"),
                audio(0, "95 01 'mp4a' " + std::string(number) + " 21")});
    g_free(number);
  }
  EXPECT_EQ(demux.pads().size(), 64u);
  EXPECT_EQ(demux.messages(GST_MESSAGE_WARNING).size(), 192u);
  EXPECT_TRUE(demux.messages(GST_MESSAGE_ERROR).empty());
}

TEST(EndOfSequence, EndsNothing) {
  DemuxHarness demux;
  demux.begin();
  demux.push(avc_and_aac(2));
  demux.push(
      {video(80, "17 02 000000"), audio(80, "92 'mp4a'"), avc_frame(80, true, "x"), aac_frame(80, "y")});
  EXPECT_EQ(demux.pad("video_0").frames.size(), 3u);
  EXPECT_EQ(demux.pad("audio_0").frames.size(), 3u);
  for (const auto& pad : demux.pads()) EXPECT_EQ(std::ranges::count(pad.log, "eos"), 0);
}

TEST(Multichannel, IsNeverAFrame) {
  DemuxHarness demux;
  demux.begin();
  demux.push({audio(0, "94 'Opus' 01 06 0000003F"),
              audio(0, "90 'Opus' 'OpusHead' 01 02 3801 80BB0000 0000 00"),
              audio(0, "94 'Opus' 01 02 00000003"), audio(0, "91 'Opus' FC")});
  EXPECT_EQ(demux.pad("audio_0").bytes(), "\xFC");
  EXPECT_EQ(demux.pad("audio_0").caps.size(), 1u);
}

}  // namespace
}  // namespace rtmp::test
