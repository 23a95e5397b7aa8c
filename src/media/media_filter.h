// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "header_reader.h"
#include "message.h"
#include "rtmp/counters.h"
#include "rtmp/result.h"
#include "rtmp/tag.h"

namespace rtmp {

/// Turns the audio, video, data and aggregate messages of one publisher into FLV tags, whose bodies are those
/// of the messages, byte for byte. It leaves out, and counts, messages that would end a demuxer downstream:
///  - Video messages without a byte, which are a fatal error for flvdemux, and those of one byte, which are
///  one
///    if the byte names no codec.
///  - Audio messages of one byte. flvdemux 1.22 reads AF and the bytes behind the body as an AAC
///  configuration,
///    which no decoder takes. It ignores audio messages without a byte.
///  - Messages whose extended header (Enhanced RTMP v2) has no track: it is cut short, or not possible. A
///    message that is malformed behind its first track is counted and handed on.
///  - Data messages without script data.
/// It holds back end-of-sequence tags until the stream has really ended, because they end the stream for
/// flvdemux 1.28. FFmpeg and OBS send them at every stop.
class MediaFilter {
 public:
  using TagHandler = std::function<void(Tag&&)>;
  /// `counters` counts what is left out, and must outlive the filter. If `enhanced` is false, take() fails at
  /// codecs that FLV 10.1 does not have, and messages with an extended header that only describe a track
  /// (MultichannelConfig, colorInfo) are left out.
  MediaFilter(TagHandler handler, ConnectionCounters& counters, bool enhanced = true)
      : handler_(std::move(handler)), counters_(counters), enhanced_(enhanced) {}

  /// Takes a message. Messages of other types are ignored. Errors are kNotTaken for a codec that is not
  /// taken, with its name, and kLimitExceeded for a long message in a long aggregate. The handler may be
  /// called several times before this returns, and may block.
  Result<void> take(Message&& message);

  /// Hands on the tags that were held back. take() must not be called after this.
  void finish();

 private:
  Result<void> take_aggregate(const Message& aggregate);
  Result<void> take_media(TagType type, Message&& message);
  void take_data(Message&& message);
  bool is_well_formed(const Tag& tag);

  TagHandler handler_;
  HeaderReader headers_{};
  std::vector<Tag> held_;
  std::size_t held_bytes_ = 0;
  ConnectionCounters& counters_;
  const bool enhanced_;
};

}  // namespace rtmp
