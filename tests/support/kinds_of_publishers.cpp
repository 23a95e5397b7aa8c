// SPDX-License-Identifier: LGPL-2.1-or-later
#include "kinds_of_publishers.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "eflv_muxer.h"
#include "encoder.h"
#include "process.h"
#include "real_media.h"

namespace rtmp::test {
namespace {

using Messages = std::vector<Sent>;

bool is_frame(const Sent& message) {
  // Of AVC and AAC: a configuration has packet type 0, an end of sequence 2.
  return message.type != MessageType::kData && message.body.size() > 2 && message.body[1] == 1;
}
std::size_t count(const Messages& sent, MessageType type) {
  return static_cast<std::size_t>(std::ranges::count_if(
      sent, [&](const Sent& message) { return message.type == type && is_frame(message); }));
}
Messages only(Messages sent, MessageType type) {
  std::erase_if(sent, [&](const Sent& message) { return message.type != type; });
  return sent;
}
Messages merged(Messages a, const Messages& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::ranges::stable_sort(a, {}, &Sent::timestamp);
  return a;
}
Messages later(Messages sent, std::uint32_t ms) {
  for (Sent& message : sent) message.timestamp += ms;
  return sent;
}
void add_counts(FrameCounts& to, const Messages& sent) {
  if (const auto frames = count(sent, MessageType::kVideo)) to["h264"] += frames;
  if (const auto frames = count(sent, MessageType::kAudio)) to["aac"] += frames;
}
/// Connections of H.264 and AAC.
PublishedStream counted(std::vector<Messages> connections) {
  PublishedStream stream{std::move(connections), {}, {}};
  add_counts(stream.first, stream.connections[0]);
  for (const Messages& sent : stream.connections) add_counts(stream.all, sent);
  return stream;
}

Messages small() { return messages(encoded("160x120", "libx264", "aac")); }
Messages large() { return messages(encoded("320x240", "libx264", "aac", 48000)); }

// The audio's configuration comes at the start, as FFmpeg and OBS send it, and its first frame 15 s later.
Messages late_audio() {
  const std::string file = scratch("late.flv");
  if (!std::filesystem::exists(file)) {
    std::istringstream command(
        "ffmpeg -nostdin -loglevel error -f lavfi -i testsrc2=size=160x120:rate=10:duration=18 -itsoffset 15 "
        "-f "
        "lavfi -i sine=sample_rate=44100:duration=3 -c:v libx264 -preset ultrafast -g 10 -c:a aac " +
        file);
    run({std::istream_iterator<std::string>(command), {}});
  }
  return messages(file);
}

Messages changed_rate() {
  const Messages second = only(later(large(), 1000), MessageType::kAudio);
  return merged(merged(small(), second), only(later(small(), 1000), MessageType::kVideo));
}

MuxedStream hevc() {
  static const Encoded encoded = encode(
      "videotestsrc num-buffers=30 ! video/x-raw,width=320,height=240,framerate=30/1 ! "
      "x265enc speed-preset=ultrafast log-level=none ! h265parse ! video/x-h265,stream-format=hvc1");
  return {.medium = MessageType::kVideo,
          .fourcc = "hvc1",
          .configuration = encoded.codec_data,
          .units = encoded.units};
}
MuxedStream mp3() {
  static const Encoded encoded = encode(
      "audiotestsrc num-buffers=40 samplesperbuffer=1152 ! audio/x-raw,rate=48000 ! lamemp3enc ! "
      "mpegaudioparse");
  return {.medium = MessageType::kAudio, .fourcc = ".mp3", .units = encoded.units};
}
PublishedStream other_codecs() {
  PublishedStream stream = counted({small(), large()});
  stream.connections.insert(stream.connections.begin() + 1, mux({hevc(), mp3()}, TagForm::kPlain));
  stream.all["hevc"] = hevc().units.size();
  stream.all["mp3"] = mp3().units.size();
  return stream;
}

}  // namespace

const char* name_of(PublisherKind kind) {
  constexpr const char* kNames[] = {"Both", "Video",      "Audio",   "LateAudio",
                                    "Rate", "Reconnects", "Formats", "Codecs"};
  return kNames[static_cast<int>(kind)];
}

PublishedStream published_stream(PublisherKind kind) {
  switch (kind) {
    case PublisherKind::kBoth:
      return counted({small()});
    case PublisherKind::kVideo:
      return counted({only(small(), MessageType::kVideo)});
    case PublisherKind::kAudio:
      return counted({only(small(), MessageType::kAudio)});
    case PublisherKind::kLateAudio:
      return counted({late_audio()});
    case PublisherKind::kRate:
      return counted({changed_rate()});
    case PublisherKind::kReconnects:
      return counted({small(), small(), small()});
    case PublisherKind::kFormats:
      return counted({small(), large(), small()});
    case PublisherKind::kCodecs:
      return other_codecs();
  }
  return {};
}

}  // namespace rtmp::test
