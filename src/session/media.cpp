// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media.h"

#include "aggregate.h"
#include "audio_header.h"
#include "rtmp/limits.h"
#include "script_data.h"
#include "video_header.h"

namespace rtmp {

void MediaFilter::take(Message message) {
  switch (message.type) {
    case MessageType::kAudio: {
      const TagKind kind = audio_kind(message.body());
      take_media(TagType::kAudio, kind, std::move(message));
      break;
    }
    case MessageType::kVideo: {
      if (message.body().empty()) {
        counters_.empty_video.add(1);
        break;
      }
      const TagKind kind = video_kind(message.body());
      take_media(TagType::kVideo, kind, std::move(message));
      break;
    }
    case MessageType::kData:
    case MessageType::kDataAmf3:
      take_data(std::move(message));
      break;
    case MessageType::kAggregate:
      for (Message& inner : split_aggregate(message)) take(std::move(inner));
      break;
    default:
      break;
  }
}

void MediaFilter::take_media(TagType type, TagKind kind, Message message) {
  Tag tag(type, kind, message.timestamp, std::move(message.block));
  if (kind != TagKind::kEndOfSequence) {
    handler_(std::move(tag));
  } else if (held_.size() < limits::kMaxHeldTags) {
    held_.push_back(std::move(tag));
  } else {
    counters_.surplus_ends.add(1);
  }
}

void MediaFilter::take_data(Message message) {
  // 00  02 00 0A "onMetaData" ...     type 15 has a format byte in front; behind it is AMF0 all the same
  const auto body = message.body();
  const bool prefixed = message.type == MessageType::kDataAmf3 && !body.empty() && body[0] == 0;
  const std::size_t prefix = prefixed ? 1 : 0;
  const auto script = inspect_script_data(body.subspan(prefix));
  if (!script) {
    counters_.not_script_data.add(1);
    return;
  }
  handler_(Tag(TagType::kScript, script->kind, message.timestamp, std::move(message.block),
               prefix + script->strip));
}

void MediaFilter::finish() {
  for (Tag& tag : held_) handler_(std::move(tag));
  held_.clear();
}

}  // namespace rtmp
