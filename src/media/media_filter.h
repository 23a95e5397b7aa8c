// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "message.h"
#include "rtmp/counters.h"
#include "rtmp/result.h"
#include "rtmp/tag.h"

namespace rtmp {

/// Turns the audio, video, data and aggregate messages of one publisher into FLV tags, byte for byte. What
/// would end a demuxer downstream is left out and counted:
///  - video messages of no bytes, a fatal error to flvdemux, or of one, which is if that names no codec,
///  - audio messages of one byte: flvdemux (1.22) reads AF and what lies behind the body as an AAC
///    configuration, which no decoder takes. Those of no bytes it passes over.
///  - messages with an extended header (Enhanced RTMP v2) that tells of no track: cut short, or what cannot
///    be. One that is malformed behind its first track is counted, and handed on,
///  - data messages that are no script data,
///  - end-of-sequence tags until the stream really ends, which to flvdemux (1.28) they do. Those are held
///    back, not left out; FFmpeg and OBS send them at every stop.
class MediaFilter {
 public:
  using TagHandler = std::function<void(Tag)>;
  /// What is left out is counted in `counters`, which must outlive the filter. Without `enhanced`, codecs
  /// that FLV 10.1 does not have are not taken, and what is only said of a track by an extended header
  /// (MultichannelConfig, colorInfo) is left out.
  MediaFilter(TagHandler handler, ConnectionCounters& counters, bool enhanced = true)
      : handler_(std::move(handler)), counters_(counters), enhanced_(enhanced) {}

  /// Takes any message; those of other types are passed over. kNotTaken, with the codec in the detail, where
  /// it is not taken; kLimitExceeded for a long message in an aggregate that is long itself.
  Result<void> take(Message message);

  /// Hands on what was held back. Nothing is taken after this.
  void finish();

 private:
  Result<void> take_aggregate(const Message& aggregate);
  Result<void> take_media(TagType type, Message message);
  void take_data(Message message);
  bool is_well_formed(const Tag& tag);

  TagHandler handler_;
  std::vector<Tag> held_;
  std::size_t held_bytes_ = 0;
  ConnectionCounters& counters_;
  const bool enhanced_;
};

}  // namespace rtmp
