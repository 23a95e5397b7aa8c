// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp_load.h"

#include <initializer_list>
#include <span>
#include <string_view>

#include "media_pattern.h"

namespace rtmp::bench {
namespace {

constexpr std::size_t kDefaultChunkSize = 128;
constexpr std::size_t kFlvOverhead = 11 + 4;

// FFmpeg's choice of chunk streams. The message stream is the first one that a server hands out, by every
// server's habit: so the commands need not wait for the number.
constexpr Channel kChunkSizeChannel{2, 1, 0};
constexpr Channel kCommandChannel{3, 20, 0};
constexpr Channel kPublishChannel{8, 20, 1};
constexpr Channel kDataChannel{4, kDataType, 1};
constexpr Channel kAudioChannel{4, kAudioType, 1};
constexpr Channel kVideoChannel{6, kVideoType, 1};

Bytes hello_bytes() {
  Bytes hello(1 + kHandshakePacket);  // time 0; zeros: the simple handshake
  hello[0] = 0x03;
  for (std::size_t i = 8; i < kHandshakePacket; ++i) hello[1 + i] = static_cast<std::uint8_t>(i * 167 + 13);
  return hello;
}

AmfBytes command(std::string_view name, double transaction) {
  AmfBytes amf;
  amf.string(name).number(transaction);
  return amf;
}

Bytes connect_body() {
  return command("connect", 1)
      .begin_object()
      .property("app", "live")
      .property("type", "nonprivate")
      .property("flashVer", "FMLE/3.0 (compatible; rtmp2server-bench)")
      .property("tcUrl", "rtmp://127.0.0.1/live")
      .end_object()
      .bytes();
}

Bytes metadata_body() {
  return AmfBytes()
      .string("@setDataFrame")
      .string("onMetaData")
      .begin_ecma_array(8)
      .property("width", 1920)
      .property("height", 1080)
      .property("framerate", 30)
      .property("videodatarate", 6000)
      .property("videocodecid", 7)
      .property("audiodatarate", 128)
      .property("audiosamplerate", 48000)
      .property("audiocodecid", 10)
      .end_object()
      .bytes();
}

void write_dialogue(RtmpLoad& load, ChunkBytes& chunks, std::size_t chunk_size, std::string_view key) {
  Bytes size_body;
  put_be(size_body, chunk_size, 4);
  chunks.write_absolute(load.connect, kChunkSizeChannel, 0, size_body);
  chunks.set_chunk_size(chunk_size);
  chunks.write_absolute(load.connect, kCommandChannel, 0, connect_body());

  const auto named = [key](std::string_view name, double transaction) {
    return command(name, transaction).null().string(key).bytes();
  };
  chunks.write_absolute(load.publish, kCommandChannel, 0, named("releaseStream", 2));
  chunks.write_absolute(load.publish, kCommandChannel, 0, named("FCPublish", 3));
  chunks.write_absolute(load.publish, kCommandChannel, 0, command("createStream", 4).null().bytes());
  chunks.write_absolute(load.publish, kPublishChannel, 0,
                        command("publish", 5).null().string(key).string("live").bytes());
  chunks.write_absolute(load.goodbye, kCommandChannel, 0, named("FCUnpublish", 6));
  chunks.write_absolute(load.goodbye, kCommandChannel, 0,
                        command("deleteStream", 7).null().number(kPublishChannel.message_stream).bytes());
}

void write_preamble(RtmpLoad& load, ChunkBytes& chunks) {
  const auto write = [&](Channel channel, const Bytes& body) {
    chunks.write_absolute(load.preamble, channel, 0, body);
    load.preamble_tags += 1;
    load.preamble_tag_bytes += body.size() + kFlvOverhead;
  };
  write(kDataChannel, metadata_body());
  write(kVideoChannel, avc_sequence_header());
  write(kAudioChannel, aac_sequence_header());
}

void write_pattern(RtmpLoad& load, ChunkBytes& chunks, std::size_t video_bits) {
  std::uint32_t video_time = 0;
  std::uint32_t audio_time = 0;
  for (const MediaMessage& message : make_media_pattern(video_bits)) {
    const bool video = message.type == kVideoType;
    std::uint32_t& last_time = video ? video_time : audio_time;
    const std::size_t offset = load.pattern.size();
    const std::size_t header = chunks.write_delta(load.pattern, video ? kVideoChannel : kAudioChannel,
                                                  message.time_ms - last_time, message.body);
    last_time = message.time_ms;
    // The stamp lies in the first chunk whole: no chunk size here is below 128.
    load.messages.push_back({offset, load.pattern.size() - offset, header, message.time_ms,
                             video ? offset + header + kStampInBody : 0});
    load.pattern_tags += 1;
    load.pattern_tag_bytes += message.body.size() + kFlvOverhead;
    load.pattern_body_bytes += message.body.size();
  }
}

}  // namespace

std::uint64_t RtmpLoad::patterns_in(std::uint64_t mib) const {
  return (mib * 1024 * 1024 + pattern.size() - 1) / pattern.size();
}

std::uint64_t RtmpLoad::wire_bytes(std::uint64_t patterns) const {
  return hello.size() + kHandshakePacket + connect.size() + publish.size() + preamble.size() +
         patterns * pattern.size() + goodbye.size();
}

RtmpLoad make_load(std::size_t chunk_size, std::size_t video_bits) {
  RtmpLoad load = make_dialogue(chunk_size, "bench");
  // A writer of its own begins with a fmt 1, which depends on no earlier length or delta: so the pattern can
  // stand behind any message, its own end too.
  ChunkBytes chunks(chunk_size);
  write_pattern(load, chunks, video_bits);
  return load;
}

RtmpLoad make_dialogue(std::size_t chunk_size, std::string_view stream_key) {
  RtmpLoad load;
  load.hello = hello_bytes();
  ChunkBytes chunks(kDefaultChunkSize);
  write_dialogue(load, chunks, chunk_size, stream_key);
  write_preamble(load, chunks);
  return load;
}

}  // namespace rtmp::bench
