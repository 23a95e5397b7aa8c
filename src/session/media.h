// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "message.h"
#include "rtmp/counters.h"
#include "rtmp/tag.h"

namespace rtmp {

/// Turns the audio, video, data and aggregate messages of one publisher into FLV tags, byte for byte. What
/// would end a demuxer downstream is left out and counted:
///  - video messages with an empty body, a fatal error to flvdemux,
///  - data messages that are no script data,
///  - end-of-sequence tags until the stream really ends, which to flvdemux (1.28) they do. Those are held
///    back, not left out; FFmpeg and OBS send them at every stop.
class MediaFilter {
 public:
  using TagHandler = std::function<void(Tag)>;
  /// What is left out is counted in `counters`, which must outlive the filter.
  MediaFilter(TagHandler handler, ConnectionCounters& counters)
      : handler_(std::move(handler)), counters_(counters) {}

  /// Takes any message; those of other types are passed over.
  void take(Message message);

  /// Hands on what was held back. Nothing is taken after this.
  void finish();

 private:
  void take_media(TagType type, TagKind kind, Message message);
  void take_data(Message message);

  TagHandler handler_;
  std::vector<Tag> held_;
  ConnectionCounters& counters_;
};

}  // namespace rtmp
