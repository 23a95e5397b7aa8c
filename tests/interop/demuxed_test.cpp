// SPDX-License-Identifier: LGPL-2.1-or-later
// What real clients publish comes out of eflvdemux so that decoders make of it what they make of the file
// that the client published. FFmpeg and GStreamer publish the codecs that their versions can.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "branches.h"
#include "clients.h"
#include "process.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

/// The tracks of a file: FFmpeg's encoder of each, and the pad and GStreamer's decoder that it comes out of.
struct Track {
  const char* pad;
  const char* encoder;  // with its options
  const char* decoder;
};
using Tracks = std::vector<Track>;

constexpr Track kH264{"video_0", "libx264 -preset ultrafast -bf 2", "avdec_h264"};
constexpr Track kHevc{"video_0", "libx265 -preset ultrafast -x265-params log-level=none", "avdec_h265"};
constexpr Track kAv1{"video_0", "libaom-av1 -cpu-used 8 -usage realtime", "av1parse ! av1dec"};
constexpr Track kVp9{"video_0", "libvpx-vp9 -deadline realtime -cpu-used 8", "vp9dec"};
constexpr Track kAac{"audio_0", "aac", "aacparse ! avdec_aac"};
constexpr Track kMp3{"audio_0", "libmp3lame -ar 44100", "mpegaudioparse ! mpg123audiodec"};
constexpr Track kOpus{"audio_0", "libopus", "opusdec"};
constexpr Track kFlac{"audio_0", "flac", "flacparse ! flacdec"};
constexpr Track kAc3{"audio_0", "ac3", "ac3parse ! avdec_ac3"};
constexpr Track kEac3{"audio_0", "eac3", "ac3parse ! avdec_eac3"};

constexpr Track at(Track track, const char* pad) {
  track.pad = pad;
  return track;
}

Words words(const std::string& line) {
  gchar** split = g_strsplit(line.c_str(), " ", -1);
  Words list(split, split + g_strv_length(split));
  g_strfreev(split);
  return list;
}

bool is_video(const Track& track) { return std::string_view(track.pad).starts_with("video"); }

/// A second of each track, in Matroska. So many samples are whole frames of Opus with what it puts in front
/// of them: FLV cannot say that some are to be cut off at the end.
std::string original(const Tracks& tracks) {
  const std::string file = scratch("original.mkv");
  Words command = words("ffmpeg -nostdin -y -loglevel error");
  std::string encoders;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const std::string number = std::to_string(i);
    const std::string input = is_video(tracks[i]) ? "testsrc2=size=96x80:rate=25:duration=1"
                                                  : "sine=sample_rate=48000:duration=1.0135";
    for (const auto& word : words("-f lavfi -i " + input)) command.push_back(word);
    encoders += " -map " + number + " -c:" + number + " " + tracks[i].encoder;
  }
  for (const auto& word : words(encoders.substr(1))) command.push_back(word);
  for (const auto& word : words("-pix_fmt yuv420p -fflags +bitexact")) command.push_back(word);
  command.push_back(file);
  EXPECT_EQ(run(command), "");
  return file;
}

/// What decoders behind the pads of an element named "demux" make of each track: by its pad.
using Decoded = std::map<std::string, std::vector<std::string>>;

Branches::Description decoders_of(const Tracks& tracks) {
  return [&tracks](const std::string& pad) {
    const auto track = std::ranges::find(tracks, pad, &Track::pad);
    const std::string decoder = track == tracks.end() ? "identity" : track->decoder;
    return "queue ! " + decoder + " ! fakesink name=sink sync=false async=false";
  };
}

Decoded decoded(const Branches& branches) {
  Decoded all;
  for (const SinkRecord& record : branches.records()) {
    std::vector<std::string>& raw = all[record.name];
    for (const SinkRecord::Frame& frame : record.frames) raw.push_back(frame.bytes);
    // Sound is one piece: its buffers may be cut elsewhere.
    if (record.name.starts_with("audio")) raw = {std::accumulate(raw.begin(), raw.end(), std::string())};
  }
  return all;
}

Decoded decode(const std::string& file, const Tracks& tracks) {
  const std::string description = "filesrc location=" + file + " ! matroskademux name=demux";
  GstElement* pipeline = gst_parse_launch(description.c_str(), nullptr);
  Decoded all;
  {
    const Branches branches(pipeline, decoders_of(tracks));
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    EXPECT_EQ(first_told(pipeline).what, "eos");
    gst_element_set_state(pipeline, GST_STATE_NULL);
    all = decoded(branches);
  }
  gst_object_unref(pipeline);
  return all;
}

/// Has the client publish the file, whose command `publish` makes of the URL.
void expect_same(const std::string& file, const Tracks& tracks,
                 const std::function<Words(const std::string& url)>& publish) {
  const Decoded expected = decode(file, tracks);
  TestPipeline pipeline("", "eflvdemux name=demux");
  const Branches branches(pipeline.pipeline(), decoders_of(tracks));
  pipeline.play();
  Process client(publish(local_url(pipeline.port())));
  EXPECT_EQ(pipeline.wait(), "eos");
  EXPECT_EQ(client.wait(), "");
  const Decoded published = decoded(branches);
  EXPECT_EQ(published.size(), tracks.size());
  for (const Track& track : tracks) {
    ASSERT_TRUE(published.contains(track.pad)) << track.pad;
    ASSERT_TRUE(expected.contains(track.pad)) << track.pad;
    const auto& out = published.at(track.pad);
    const auto& in = expected.at(track.pad);
    ASSERT_FALSE(in.empty() || in[0].empty()) << track.pad;
    ASSERT_EQ(out.size(), in.size()) << track.pad;
    for (std::size_t i = 0; i < in.size(); ++i)
      EXPECT_TRUE(out[i] == in[i]) << track.pad << ", " << i << ": " << out[i].size() << " bytes, not "
                                   << in[i].size();
  }
}

/// "7.1.5" of "ffmpeg version 7.1.5-0+deb13u1 ..."; its major number.
int ffmpeg_version() {
  const std::string told = run({"ffmpeg", "-version"});
  return std::atoi(told.substr(std::string("ffmpeg version ").size()).c_str());
}

struct FfmpegCase {
  const char* name;
  int since;  // the first of FFmpeg's major versions that publishes these
  Tracks tracks;
};

void PrintTo(const FfmpegCase& of, std::ostream* out) { *out << of.name; }

class FfmpegDemuxed : public testing::TestWithParam<FfmpegCase> {};

TEST_P(FfmpegDemuxed, IsDecodedAsTheFile) {
  const FfmpegCase& of = GetParam();
  if (const int version = ffmpeg_version(); version < of.since)
    GTEST_SKIP() << "FFmpeg " << version << " does not publish it, " << of.since << " does";
  const std::string file = original(of.tracks);
  expect_same(file, of.tracks, [&](const std::string& url) {
    Words command = ffmpeg_publish(file, url);
    const Words all{"-map", "0"};
    command.insert(std::ranges::find(command, "-c"), all.begin(), all.end());
    return command;
  });
}

INSTANTIATE_TEST_SUITE_P(
    All, FfmpegDemuxed,
    testing::Values(FfmpegCase{"H264_AAC", 5, {kH264, kAac}}, FfmpegCase{"H264_MP3", 5, {kH264, kMp3}},
                    FfmpegCase{"HEVC_AAC", 7, {kHevc, kAac}}, FfmpegCase{"AV1_AAC", 7, {kAv1, kAac}},
                    FfmpegCase{"VP9_AAC", 7, {kVp9, kAac}}, FfmpegCase{"H264_Opus", 8, {kH264, kOpus}},
                    FfmpegCase{"HEVC_FLAC", 8, {kHevc, kFlac}}, FfmpegCase{"AV1_AC3", 8, {kAv1, kAc3}},
                    FfmpegCase{"VP9_EAC3", 8, {kVp9, kEac3}},
                    FfmpegCase{"Multitrack",
                               8,
                               {kH264, at(kHevc, "video_1"), at(kAv1, "video_2"), kAac, at(kOpus, "audio_1"),
                                at(kFlac, "audio_2"), at(kAc3, "audio_3")}}),
    [](const auto& test) { return test.param.name; });

/// GStreamer's muxers and clients.
struct GstCase {
  const char* name;
  const char* muxer;
  const char* mode;  // of the muxer's tracks
  const char* sink;
  const char* options;  // behind the URL
  Track video;
};

void PrintTo(const GstCase& of, std::ostream* out) { *out << of.name; }

class GstDemuxed : public testing::TestWithParam<GstCase> {};

TEST_P(GstDemuxed, IsDecodedAsTheFile) {
  const GstCase& of = GetParam();
  GstElementFactory* muxer = gst_element_factory_find(of.muxer);
  if (!muxer) GTEST_SKIP() << "There is no " << of.muxer << " in this GStreamer";
  gst_object_unref(muxer);
  const Tracks tracks{of.video, kAac};
  const std::string file = original(tracks);
  const std::string parser = of.video.decoder == std::string_view(kHevc.decoder) ? "h265parse" : "h264parse";
  expect_same(file, tracks, [&](const std::string& url) {
    std::string muxing = std::string(of.muxer) + " name=m streamable=true";
    if (*of.mode)
      muxing += std::string(" video::flv-track-mode=") + of.mode + " audio::flv-track-mode=" + of.mode;
    Words command = launch("filesrc location=" + file + " ! matroskademux name=d " + muxing +
                           " d.video_0 ! queue ! " + parser +
                           " ! m.video d.audio_0 ! queue ! aacparse ! m.audio"
                           " m. ! queue ! " +
                           of.sink + " sync=false");
    command.push_back("location=" + url + of.options);
    return command;
  });
}

// In its default mode, legacy, eflvmux writes HEVC as H.263.
INSTANTIATE_TEST_SUITE_P(
    All, GstDemuxed,
    testing::Values(GstCase{"Flvmux_Rtmp2sink", "flvmux", "", "rtmp2sink", "", kH264},
                    GstCase{"Flvmux_Rtmpsink", "flvmux", "", "rtmpsink", " live=1", kH264},
                    GstCase{"Eflvmux_Rtmp2sink", "eflvmux", "", "rtmp2sink", "", kH264},
                    GstCase{"Eflvmux_Rtmpsink", "eflvmux", "", "rtmpsink", " live=1", kH264},
                    GstCase{"EflvmuxEnhanced_Rtmp2sink", "eflvmux", "non-multitrack", "rtmp2sink", "", kHevc},
                    GstCase{"EflvmuxMultitrack_Rtmp2sink", "eflvmux", "multitrack", "rtmp2sink", "", kHevc}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rtmp::test
