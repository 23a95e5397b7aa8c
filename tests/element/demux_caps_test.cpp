// SPDX-License-Identifier: LGPL-2.1-or-later
// The caps that eflvdemux makes of what FLV says of each codec, and whether parsers and decoders take them.
#include <gst/audio/audio.h>
#include <gtest/gtest.h>

#include "demux_harness.h"
#include "flv_tags.h"

namespace rtmp::test {
namespace {

struct Case {
  std::string_view name;
  std::vector<Sent> tags;  // in front of the first frame, and that
  std::string_view caps;   // without codec_data and streamheader
  std::vector<std::string_view> takers;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const Sent kAvcFrame = video(0, "17 01 000000 00000001 65");
constexpr std::string_view kHdrColors =
    "02 0009'colorInfo' 03 000B'colorConfig' 03 0008'bitDepth' 00 4024000000000000"
    " 000E'colorPrimaries' 00 4022000000000000 0017'transferCharacteristics' 00 4030000000000000"
    " 0012'matrixCoefficients' 00 4022000000000000 000009"
    " 0007'hdrMdcv' 03 0004'redX' 00 3FE6A7EF9DB22D0E 0004'redY' 00 3FD2B020C49BA5E3"
    " 0006'greenX' 00 3FC5C28F5C28F5C3 0006'greenY' 00 3FE9810624DD2F1B"
    " 0005'blueX' 00 3FC0C49BA5E353F8 0005'blueY' 00 3FA78D4FDF3B645A"
    " 000B'whitePointX' 00 3FD40346DC5D6388 000B'whitePointY' 00 3FD50E5604189375"
    " 000C'maxLuminance' 00 408F400000000000 000C'minLuminance' 00 3F747AE147AE147B 000009"
    " 0006'hdrCll' 03 0007'maxFall' 00 4069000000000000 0006'maxCLL' 00 408F400000000000 000009 000009";

Sent joined(std::uint8_t type, std::string_view notation, std::string_view rest) {
  return tag(static_cast<MessageType>(type), 0, std::string(notation) + std::string(rest));
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"H.264 of OBS",
       {video(0,
              "17 00 000000 0164000DFFE1001B6764000DACD94141FB016A02020280000003008000001E478A14CB"
              "01000468EFBCB0FDF8F800"),
        kAvcFrame},
       "video/x-h264, stream-format=avc, alignment=au, width=320, height=240, framerate=30/1,"
       " pixel-aspect-ratio=1/1, profile=high, level=(string)1.3, colorimetry=bt709",
       {"h264parse", "avdec_h264", "mp4mux", "matroskamux"}},
      {"H.264 without parameter sets",
       {avc_header(), kAvcFrame},
       "video/x-h264, stream-format=avc, alignment=au, profile=high, level=(string)3.1",
       {"h264parse", "avdec_h264"}},
      // GStreamer has parsers and decoders of H.266 from 1.26 on.
      {"H.266",
       {video(0, "90 'vvc1' FF 0012 5F 01 02 40 00 00 0780 0438 0000 00"),
        video(0, "91 'vvc1' 000000 00000004 00790000")},
       "video/x-h266, stream-format=vvc1, alignment=au, width=1920, height=1080, profile=main-10, tier=main,"
       " level=(string)4",
       {}},
      {"H.266 without a profile",
       {video(0, "90 'vvc1' FE 00"), video(0, "91 'vvc1' 000000 00000004 00790000")},
       "video/x-h266, stream-format=vvc1, alignment=au",
       {}},
      {"AV1 with a descriptor of MPEG-2 TS",
       {video(0, "95 'av01' 8004 81000C00"), video(0, "91 'av01' 0A0B000000043CFFBC02F80040 3201 00")},
       "video/x-av1, stream-format=obu-stream, alignment=tu, profile=main, width=320, height=240,"
       " chroma-format=4:2:0, bit-depth-luma=(uint)8, bit-depth-chroma=(uint)8",
       {"av1parse", "av1dec", "matroskamux"}},
      {"AV1 of FFmpeg",
       {video(0, "90 'av01' 81000C00 0A0B000000043CFFBC02F80040"),
        video(0, "91 'av01' 0A0B000000043CFFBC02F80040 3201 00")},
       "video/x-av1, stream-format=obu-stream, alignment=tu, profile=main, width=320, height=240,"
       " chroma-format=4:2:0, bit-depth-luma=(uint)8, bit-depth-chroma=(uint)8",
       {"av1parse", "av1dec", "matroskamux"}},
      {"AV1 without a configuration",
       {video(0, "91 'av01' 0A0E00000003BD8C8805F0A122012080 3201 00")},
       "video/x-av1, stream-format=obu-stream, alignment=tu, profile=main, width=178, height=146,"
       " chroma-format=4:2:0, bit-depth-luma=(uint)10, bit-depth-chroma=(uint)10, colorimetry=bt2100-pq",
       {"av1parse"}},
      {"VP9 of FFmpeg",
       {video(0, "90 'vp09' 01000000 000A82020202 0000"),
        video(0, "91 'vp09' 82498342000B1009160438241C184A00")},
       "video/x-vp9, profile=(string)0, width=178, height=146, chroma-format=4:2:0,"
       " bit-depth-luma=(uint)8, bit-depth-chroma=(uint)8",
       {"vp9parse", "vp9dec", "matroskamux"}},
      {"VP9 with 4:4:0, which no format of raw video has",
       {video(0, "91 'vp09' A24983424401620122C0070483830940")},
       "video/x-vp9, profile=(string)1, width=178, height=146, chroma-format=4:4:0,"
       " bit-depth-luma=(uint)8, bit-depth-chroma=(uint)8, colorimetry=2:3:0:0",
       {"vp9parse", "matroskamux"}},
      {"VP8",
       {video(0, "91 'vp08' 104F009D012AB2009200000708858588")},
       "video/x-vp8, profile=(string)0, width=178, height=146",
       {"vp8dec", "matroskamux"}},
      {"HDR10",
       {avc_header(), joined(9, "94 'avc1'", kHdrColors), kAvcFrame},
       "video/x-h264, stream-format=avc, alignment=au, profile=high, level=(string)3.1, "
       "colorimetry=bt2100-pq,"
       " content-light-level=(string)1000:200, mastering-display-info=(string)35400:14600:8500:39850:6550:"
       "2300:15635:16450:10000000:50",
       {"h264parse"}},
      {"Sorenson H.263", {video(0, "12 84")}, "video/x-flash-video, flvversion=1", {"avdec_flv"}},
      {"screen video", {video(0, "13 84")}, "video/x-flash-screen", {"avdec_flashsv"}},
      {"screen video 2", {video(0, "16 84")}, "video/x-flash-screen2", {}},
      {"VP6", {video(0, "14 00 84")}, "video/x-vp6-flash", {"avdec_vp6f"}},
      {"VP6 with alpha", {video(0, "15 00 84")}, "video/x-vp6-alpha", {}},
      {"AAC",
       {aac_header(), audio(0, "AF 01 21")},
       "audio/mpeg, mpegversion=4, framed=true, stream-format=raw, rate=44100, channels=2,"
       " level=(string)2, base-profile=lc, profile=lc",
       {"aacparse", "avdec_aac", "mp4mux", "matroskamux"}},
      {"AAC 5.1 of FFmpeg",
       {audio(0, "90 'mp4a' 11B056E500"), audio(0, "94 'mp4a' 01 06 0000003F"), audio(0, "91 'mp4a' 21")},
       "audio/mpeg, mpegversion=4, framed=true, stream-format=raw, rate=48000, channels=6,"
       " level=(string)4, base-profile=lc, profile=lc, channel-mask=(bitmask)0x3F",
       {"aacparse", "avdec_aac", "mp4mux"}},
      {"MP3",
       {audio(0, "2F FFFB94640000021C")},
       "audio/mpeg, mpegversion=1, parsed=true, layer=3, mpegaudioversion=1, rate=48000, channels=2",
       {"mpegaudioparse", "avdec_mp3", "mp4mux", "matroskamux", "mpegtsmux"}},
      {"MP3 of 8 kHz",
       {audio(0, "E6 FFE318C4000D2096")},
       "audio/mpeg, mpegversion=1, parsed=true, layer=3, mpegaudioversion=3, rate=8000, channels=1",
       {"mpegaudioparse"}},
      {"MP3 by FourCC",
       {audio(0, "91 '.mp3' FFFB50C400000A2C")},
       "audio/mpeg, mpegversion=1, parsed=true, layer=3, mpegaudioversion=1, rate=44100, channels=1",
       {"mpegaudioparse"}},
      {"Opus 5.1",
       {audio(0, "90 'Opus' 'OpusHead' 01 06 3801 80BB0000 0000 01 04 02 000401020305"),
        audio(0, "91 'Opus' FC")},
       "audio/x-opus, rate=48000, channels=6, channel-mapping-family=1, stream-count=4, coupled-count=2,"
       " channel-mapping=(int)<0, 4, 1, 2, 3, 5>",
       {"opusparse", "opusdec", "matroskamux"}},
      {"Opus without a header",
       {audio(0, "90 'Opus'"), audio(0, "91 'Opus' FC")},
       "audio/x-opus, rate=48000, channels=2, channel-mapping-family=0, stream-count=1, coupled-count=1",
       {"opusparse", "opusdec", "matroskamux"}},
      {"FLAC of FFmpeg",
       {audio(0, "90 'fLaC' 1200120000044900 04DE0AC440F000 0033AECD36F8AB0A878DA30B37B9EFB6C64D51"),
        audio(0, "91 'fLaC' FFF8")},
       "audio/x-flac, framed=true, rate=44100, channels=1",
       {"flacparse", "flacdec", "matroskamux"}},
      {"AC-3",
       {audio(0, "90 'ac-3'"), audio(0, "91 'ac-3' 0B775B309E40EBF8403E9D5F")},
       "audio/x-ac3, framed=true, alignment=frame, rate=32000, channels=6",
       {"ac3parse", "avdec_ac3", "mp4mux", "matroskamux", "mpegtsmux"}},
      {"E-AC-3",
       {audio(0, "91 'ec-3' 0B77017F3487C00020842108")},
       "audio/x-eac3, framed=true, alignment=frame, rate=48000, channels=2",
       {"ac3parse", "avdec_eac3"}},
      {"PCM of 16 bits",
       {audio(0, "3F 0000")},
       "audio/x-raw, format=S16LE, layout=interleaved, rate=44100, channels=2",
       {"audioconvert"}},
      {"PCM of 8 bits",
       {audio(0, "04 0000")},
       "audio/x-raw, format=U8, layout=interleaved, rate=11025, channels=1",
       {"audioconvert"}},
      {"ADPCM",
       {audio(0, "1B 00")},
       "audio/x-adpcm, layout=swf, rate=22050, channels=2",
       {"avdec_adpcm_swf"}},
      {"A-law", {audio(0, "7E D5")}, "audio/x-alaw, rate=8000, channels=1", {"alawdec"}},
      {"mu-law", {audio(0, "8F FF")}, "audio/x-mulaw, rate=8000, channels=2", {"mulawdec"}},
      {"Nellymoser of 16 kHz",
       {audio(0, "4F 00")},
       "audio/x-nellymoser, rate=16000, channels=1",
       {"avdec_nellymoser"}},
      {"Nellymoser", {audio(0, "6A 00")}, "audio/x-nellymoser, rate=22050, channels=1", {}},
      {"Speex", {audio(0, "B2 00")}, "audio/x-speex, rate=16000, channels=1", {"speexdec"}},
  };
  return all;
}

GstCaps* last_caps(DemuxHarness& demux, bool* sent_before_frame) {
  if (demux.pads().size() != 1) return gst_caps_new_empty();
  const auto& pad = demux.pads().front();
  *sent_before_frame = pad.log.back() == "frame" && pad.frames.size() == 1;
  return gst_caps_from_string(pad.caps.back().c_str());
}

class Caps : public testing::TestWithParam<Case> {};

TEST_P(Caps, AreWhatTheTableSays) {
  const Case& c = GetParam();
  DemuxHarness demux;
  demux.begin();
  ASSERT_EQ(demux.push(c.tags), GST_FLOW_OK);
  bool sent_before_frame = false;
  GstCaps* caps = last_caps(demux, &sent_before_frame);
  EXPECT_TRUE(sent_before_frame);
  ASSERT_TRUE(gst_caps_is_fixed(caps));
  for (const std::string_view name : c.takers) {
    GstElement* taker = gst_element_factory_make(std::string(name).c_str(), nullptr);
    if (!taker) {
      ADD_FAILURE() << "There is no " << name;
      continue;
    }
    gst_object_ref_sink(taker);
    GstPad* source = gst_pad_new("source", GST_PAD_SRC);
    gst_object_ref_sink(source);
    gst_pad_use_fixed_caps(source);
    gst_pad_set_active(source, TRUE);
    gst_pad_push_event(source, gst_event_new_stream_start("x"));
    gst_pad_push_event(source, gst_event_new_caps(caps));
    GstPad* sink = gst_element_get_compatible_pad(taker, source, caps);
    EXPECT_TRUE(sink && gst_pad_query_accept_caps(sink, caps)) << name;
    g_clear_object(&sink);
    gst_object_unref(source);
    gst_object_unref(taker);
  }
  gst_structure_remove_fields(gst_caps_get_structure(caps, 0), "codec_data", "streamheader", nullptr);
  GstCaps* expected = gst_caps_from_string(std::string(c.caps).c_str());
  gchar* text = gst_caps_to_string(caps);
  EXPECT_TRUE(gst_caps_is_equal(caps, expected)) << text;
  g_free(text);
  gst_caps_unref(expected);
  gst_caps_unref(caps);
}

INSTANTIATE_TEST_SUITE_P(Codecs, Caps, testing::ValuesIn(cases()), [](const auto& tested) {
  std::string name;
  for (const char c : tested.param.name) name += g_ascii_isalnum(c) ? c : '_';
  return name;
});

constexpr std::string_view kHevcRecord =
    "0101600000009000000000003CF000FCFDF8F800000F03"
    "2000010018 40010C01FFFF01600000030090000003000003003C959809"
    "2100010025 42010101600000030090000003000003003CA00A080F165959A4932BC05A020000030002000003003210"
    "2200010007 4401C172B46240";

TEST(HevcCaps, AreThoseOfTheConfigurationWhicheverHeaderNamesIt) {
  for (const std::string_view header : {"1C 00 000000", "90 'hvc1'", "90 'hev1'"}) {
    DemuxHarness demux;
    demux.begin();
    demux.push({joined(9, header, kHevcRecord), video(0, "91 'hvc1' 000000 00000001 26")});
    ASSERT_EQ(demux.pad("video_0").caps.size(), 1u) << header;
    GstCaps* caps = gst_caps_from_string(demux.pad("video_0").caps[0].c_str());
    GstStructure* structure = gst_caps_get_structure(caps, 0);
    EXPECT_STREQ(gst_structure_get_name(structure), "video/x-h265");
    EXPECT_STREQ(gst_structure_get_string(structure, "profile"), "main");
    EXPECT_STREQ(gst_structure_get_string(structure, "tier"), "main");
    EXPECT_TRUE(gst_structure_has_field(structure, "level"));
    EXPECT_TRUE(gst_structure_has_field(structure, "codec_data"));
    gst_caps_unref(caps);
  }
}

// eflvmux (1.28) in its default mode: the number of H.263, no packet type and no composition time.
TEST(HevcCaps, AreAlsoThoseOfHevcThatIsNamedH263) {
  DemuxHarness demux;
  demux.begin();
  demux.push({joined(9, "18", kHevcRecord), video(0, "18 00000001 26"), video(40, "28 00000001 02"),
              joined(9, "18", kHevcRecord), video(80, "18 00000001 28")});
  const auto& pad = demux.pad("video_0");
  ASSERT_EQ(pad.caps.size(), 1u);
  EXPECT_TRUE(pad.caps[0].starts_with("video/x-h265,")) << pad.caps[0];
  EXPECT_EQ(pad.bytes(), std::string("\0\0\0\1\x26\0\0\0\1\x02\0\0\0\1\x28", 15));
  EXPECT_TRUE(pad.frames[1].flags & GST_BUFFER_FLAG_DELTA_UNIT);
}

TEST(H263Caps, AreThoseOfAStreamThatIsOne) {
  DemuxHarness demux;
  demux.begin();
  demux.push({video(0, "18 00008002 1C"), video(40, "28 00008042 1C")});
  EXPECT_EQ(demux.pad("video_0").caps, std::vector<std::string>{"video/x-h263"});
  EXPECT_EQ(demux.pad("video_0").frames.size(), 2u);
}

// What takes back what was said of the colours comes before the first frame (FFmpeg).
TEST(Colors, ThatAreEmptyChangeNothing) {
  DemuxHarness demux;
  demux.begin();
  demux.push({avc_header(), video(0, "94 'avc1' 02 0009'colorInfo' 03 000009"), kAvcFrame});
  EXPECT_EQ(demux.pad("video_0").caps.size(), 1u);
}

TEST(OpusFrames, SayWhatToLeaveOutAtTheBeginning) {
  DemuxHarness demux;
  demux.begin();
  demux.push({audio(0, "90 'Opus' 'OpusHead' 01 02 3801 80BB0000 0000 00")});
  GstPad* pad = gst_element_get_static_pad(demux.element(), "audio_0");
  ASSERT_TRUE(pad);
  std::vector<guint64> cuts;
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer into) {
        const auto* meta = gst_buffer_get_audio_clipping_meta(GST_PAD_PROBE_INFO_BUFFER(info));
        static_cast<std::vector<guint64>*>(into)->push_back(meta ? meta->start : 0);
        return GST_PAD_PROBE_OK;
      },
      &cuts, nullptr);
  demux.push({audio(0, "91 'Opus' FC"), audio(20, "91 'Opus' FC")});
  EXPECT_EQ(cuts, (std::vector<guint64>{312, 0}));
  gst_object_unref(pad);
}

}  // namespace
}  // namespace rtmp::test
