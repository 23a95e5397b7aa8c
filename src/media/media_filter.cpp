// SPDX-License-Identifier: LGPL-2.1-or-later
#include "media_filter.h"

#include <algorithm>

#include "aggregate.h"
#include "rtmp/colors.h"
#include "rtmp/limits.h"
#include "rtmp/media_info.h"
#include "rtmp/tracks.h"
#include "script_data.h"

namespace rtmp {
namespace {

// Returns whether a message with an extended header only describes a track. The frames of that track may have
// classic headers, as FFmpeg sends AAC with six channels.
bool only_describes(const MediaHeader& header) {
  return header.content == MediaHeader::Content::kChannels || header.content == MediaHeader::Content::kColors;
}

}  // namespace

Result<void> MediaFilter::take(Message&& message) {
  switch (message.type) {
    case MessageType::kAudio:
      return take_media(TagType::kAudio, std::move(message));
    case MessageType::kVideo:
      return take_media(TagType::kVideo, std::move(message));
    case MessageType::kData:
    case MessageType::kDataAmf3:
      take_data(std::move(message));
      return {};
    case MessageType::kAggregate:
      return take_aggregate(message);
    default:
      return {};
  }
}

// A part is copied when the one before it has been handed on.
Result<void> MediaFilter::take_aggregate(const Message& aggregate) {
  AggregateReader parts(aggregate);
  while (const auto part = parts.next()) {
    const std::size_t size = part->body.size();
    if (aggregate.block.held_bytes() + Block::held_bytes(size) > limits::kMaxOpenBytes) {
      return Error{ErrorCode::kLimitExceeded, "an aggregate of " + std::to_string(aggregate.body().size()) +
                                                  " bytes has one of " + std::to_string(size) +
                                                  " in it, at most " + std::to_string(limits::kMaxOpenBytes) +
                                                  " together"};
    }
    Block block(size);
    std::ranges::copy(part->body, block.body().begin());
    if (auto taken = take({part->type, part->timestamp, aggregate.stream_id, std::move(block)}); !taken)
      return taken;
  }
  return {};
}

Result<void> MediaFilter::take_media(TagType type, Message&& message) {
  const std::size_t size = message.body().size();
  if (size == 1 || (size == 0 && type == TagType::kVideo)) {
    (type == TagType::kVideo ? counters_.empty_video : counters_.one_byte_audio).add(1);
    return {};
  }
  const MediaHeader& header = headers_.read(type, message.body());
  Tag tag(header, message.timestamp, std::move(message.block));
  if (tag.header().extended && !is_well_formed(tag)) return {};
  if (!enhanced_) {
    if (only_describes(tag.header())) {
      counters_.descriptions.add(1);
      return {};
    }
    if (auto codec = codec_beyond_flv(tag)) return Error{ErrorCode::kNotTaken, *std::move(codec)};
  }
  if (tag.kind() != TagKind::kEndOfSequence) {
    handler_(std::move(tag));
  } else if (held_.size() < limits::kMaxHeldTags && held_bytes_ + tag.held_bytes() <= limits::kMaxHeldBytes) {
    held_bytes_ += tag.held_bytes();
    held_.push_back(std::move(tag));
  } else {
    counters_.surplus_ends.add(1);
  }
  return {};
}

bool MediaFilter::is_well_formed(const Tag& tag) {
  TrackReader tracks(tag);
  bool tells = false;
  bool malformed = false;
  while (const auto packet = tracks.next()) {
    tells = true;
    if (packet->content == TrackPacket::Content::kColors && !read_colors(*packet)) malformed = true;
  }
  malformed = malformed || tracks.malformed();
  if (malformed) counters_.malformed.add(1);
  return tells || !malformed;
}

void MediaFilter::take_data(Message&& message) {
  // 00  02 00 0A "onMetaData" ...     type 15 has a format byte in front, and AMF0 behind it all the same
  const auto body = message.body();
  const bool prefixed = message.type == MessageType::kDataAmf3 && !body.empty() && body[0] == 0;
  const std::size_t prefix = prefixed ? 1 : 0;
  const auto script = inspect_script_data(body.subspan(prefix));
  if (!script) {
    counters_.not_script_data.add(1);
    return;
  }
  handler_(Tag::script(script->kind, message.timestamp, std::move(message.block), prefix + script->strip));
}

void MediaFilter::finish() {
  for (Tag& tag : held_) handler_(std::move(tag));
  held_.clear();
}

}  // namespace rtmp
