// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chunk_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "endian.h"

namespace rtmp {
namespace {

std::string number(std::uint64_t v) { return std::to_string(v); }

bool is_media(std::uint8_t type) {
  switch (static_cast<MessageType>(type)) {
    case MessageType::kAudio:
    case MessageType::kVideo:
    case MessageType::kDataAmf3:
    case MessageType::kData:
    case MessageType::kAggregate:
      return true;
    default:
      return false;
  }
}

}  // namespace

Result<Message> ChunkReader::read() {
  forget_last();
  for (;;) {
    auto header = read_header();
    if (!header) return std::move(header).error();
    ChunkStream& stream = **header;

    if (auto read = read_payload(stream); !read) return std::move(read).error();
    take_plain_chunks(stream);
    if (stream.received < stream.length) continue;
    if (steps_ && is_media(stream.type)) steps_->add(1);

    Message message{static_cast<MessageType>(stream.type), stream.timestamp, stream.stream_id,
                    std::move(stream.block)};
    stream.received = 0;
    open_bytes_ -= stream.length;
    last_ = stream.length;
    if (message.type == MessageType::kSetChunkSize) {
      if (auto obeyed = obey_set_chunk_size(message); !obeyed) return std::move(obeyed).error();
    } else if (message.type == MessageType::kAbort) {
      obey_abort(message);
    } else {
      return message;
    }
    forget_last();
  }
}

Result<void> ChunkReader::read_payload(ChunkStream& stream) {
  const auto payload = stream.block.body().subspan(stream.received, next_payload(stream));
  return in_.read_into(payload, [&](std::size_t arrived) { count(stream, arrived); });
}

// Does the work of read_header() and read_payload() for plain chunks: the message goes on behind a type 3
// header of one byte, without an extended timestamp, and the whole chunk is in the buffer. With small chunks,
// nearly all chunks are like that.
void ChunkReader::take_plain_chunks(ChunkStream& stream) {
  if (stream.extended || stream.id > kMaxOneByteId) return;
  const auto header = static_cast<std::uint8_t>(0xC0 | stream.id);
  const std::size_t chunk_size = chunk_size_;
  const std::uint8_t* from = in_.data();
  std::size_t here = in_.available();
  const auto missing = stream.block.body().subspan(stream.received);
  std::size_t taken = 0;
  while (taken < missing.size()) {
    const std::size_t payload = std::min(chunk_size, missing.size() - taken);
    if (here < 1 + payload || *from != header) break;
    std::uint8_t* to = missing.data() + taken;
    if (payload == kFirstChunkSize)
      std::memcpy(to, from + 1, kFirstChunkSize);  // a constant size needs no call
    else
      std::memcpy(to, from + 1, payload);
    from += 1 + payload;
    here -= 1 + payload;
    taken += payload;
  }
  in_.skip(in_.available() - here);
  count(stream, taken);
}

void ChunkReader::count(ChunkStream& stream, std::size_t arrived) {
  const std::size_t before = stream.received;
  stream.received += static_cast<std::uint32_t>(arrived);
  const std::size_t whole = stream.received / limits::kLifeBytes - before / limits::kLifeBytes;
  if (whole > 0 && steps_ && is_media(stream.type)) steps_->add(whole);
  held_ += arrived;
  if (held_ > untold_) tell_held();
}

void ChunkReader::forget_last() {
  held_ -= std::exchange(last_, 0);
  if (untold_ > kHeldSteps && held_ <= untold_ / 2) tell_held();
}

void ChunkReader::tell_held() {
  untold_ = std::max<std::size_t>(1, (held_ + kHeldSteps - 1) / kHeldSteps) * kHeldSteps;
  holds_(untold_ > kHeldSteps ? untold_ : 0);
}

// Reads the headers of a chunk into its chunk stream. The payload of the chunk is next then.
Result<ChunkReader::ChunkStream*> ChunkReader::read_header() {
  if (auto there = in_.ensure(1); !there) return std::move(there).error();
  const std::uint8_t first_byte = *in_.data();
  const std::size_t basic_size = BasicHeader::size(first_byte);
  if (auto there = in_.ensure(basic_size); !there) return std::move(there).error();
  const BasicHeader basic = BasicHeader::decode(in_.data());

  ChunkStream* stream = find(basic.chunk_stream);
  if (!stream) {
    // Type 1 on an unused chunk stream comes from librtmp, with its first ping response or acknowledgement.
    if (basic.format >= 2) {
      return Error{ErrorCode::kBadChunk, "chunk stream " + number(basic.chunk_stream) +
                                             " begins with a type " + number(basic.format) + " chunk"};
    }
    if (streams_.size() == limits::kMaxChunkStreams) {
      return Error{ErrorCode::kLimitExceeded,
                   "more than " + number(limits::kMaxChunkStreams) + " chunk streams"};
    }
    stream = streams_.emplace_back(std::make_unique<ChunkStream>()).get();
    stream->id = basic.chunk_stream;
    last_used_ = stream;
  }

  in_.skip(basic_size);
  auto read = basic.format == 3 ? begin_type3(*stream, first_byte) : read_message_header(basic, *stream);
  if (!read) return std::move(read).error();
  if (!stream->open()) {
    if (auto begun = begin_message(*stream); !begun) return std::move(begun).error();
  }
  return stream;
}

Result<void> ChunkReader::read_message_header(const BasicHeader& basic, ChunkStream& stream) {
  std::size_t size = kMessageHeaderSize[basic.format];
  if (auto there = in_.ensure(size); !there) return there;
  MessageHeader header = MessageHeader::decode(basic.format, in_.data());
  const bool extended = header.timestamp == kExtendedMarker;
  if (extended) {
    if (auto there = in_.ensure(size + 4); !there) return there;
    header.timestamp = load_be32(in_.data() + size);
    size += 4;
  }
  in_.skip(size);

  if (stream.open()) {
    // Some senders repeat the header on every chunk. If a header changes the message, its bytes would be
    // taken for those of another message.
    const bool same = basic.format == 2 || (header.length == stream.length && header.type == stream.type &&
                                            (basic.format == 1 || header.stream_id == stream.stream_id));
    if (!same) {
      return Error{ErrorCode::kBadChunk, "a type " + number(basic.format) + " header on chunk stream " +
                                             number(stream.id) + " after " + number(stream.received) +
                                             " of " + number(stream.length) + " bytes"};
    }
  } else {
    if (basic.format <= 1) {
      stream.length = header.length;
      stream.type = header.type;
    }
    if (basic.format == 0) {
      stream.stream_id = header.stream_id;
      stream.timestamp = header.timestamp;
    } else {
      stream.timestamp += header.timestamp;
    }
  }
  stream.field = header.timestamp;
  stream.extended = extended;
  return {};
}

Result<void> ChunkReader::begin_type3(ChunkStream& stream, std::uint8_t first_byte) {
  const bool opens = !stream.open();
  if (stream.extended) {
    const std::uint32_t payload = next_payload(stream);
    const Type3Chunk chunk{stream.field, payload, stream.received + payload < stream.length,
                           static_cast<std::uint8_t>(0xC0 | first_byte)};
    auto present = extended_.present(in_, chunk, [this](std::uint32_t id) { return find(id) != nullptr; });
    if (!present) return std::move(present).error();
    if (*present) {
      // FFmpeg begins a message like this when two deltas in a row are extended, even if they differ.
      // MediaMTX writes zeros, which repeat nothing.
      const std::uint32_t value = load_be32(in_.data());
      if (opens && value != 0) stream.field = value;
      in_.skip(4);
    }
  }
  // After type 0 this adds the absolute timestamp, as the specification says and as senders of it mean it.
  if (opens) stream.timestamp += stream.field;
  return {};
}

Result<void> ChunkReader::begin_message(ChunkStream& stream) {
  if (const std::uint32_t most = max_length(stream.type); stream.length > most) {
    return Error{ErrorCode::kLimitExceeded, "a message of type " + number(stream.type) + " has " +
                                                number(stream.length) + " bytes, at most " + number(most)};
  }
  if (open_bytes_ + stream.length > limits::kMaxOpenBytes) {
    return Error{ErrorCode::kLimitExceeded, "open messages of " + number(open_bytes_ + stream.length) +
                                                " bytes, at most " + number(limits::kMaxOpenBytes)};
  }
  open_bytes_ += stream.length;
  stream.block = Block(stream.length);
  return {};
}

Result<void> ChunkReader::obey_set_chunk_size(const Message& message) {
  if (message.body().size() < 4) {
    return Error{ErrorCode::kBadMessage,
                 "Set Chunk Size with " + number(message.body().size()) + " bytes, at least 4"};
  }
  const std::uint32_t size = load_be32(message.body().data());
  if (size == 0 || size > 0x7FFFFFFF)
    return Error{ErrorCode::kBadMessage, "chunk size " + number(size) + ", from 1 to 2147483647"};
  chunk_size_ = std::min(size, limits::kMaxChunkSize);
  return {};
}

void ChunkReader::obey_abort(const Message& message) {
  if (message.body().size() < 4) return;
  ChunkStream* stream = find(load_be32(message.body().data()));
  if (!stream || !stream->open()) return;
  // The header is kept, because the next chunk on this chunk stream inherits from it.
  held_ -= stream->received;
  stream->received = 0;
  stream->block = Block();
  open_bytes_ -= stream->length;
}

ChunkReader::ChunkStream* ChunkReader::find(std::uint32_t id) {
  if (last_used_ && last_used_->id == id) return last_used_;
  for (const auto& stream : streams_)
    if (stream->id == id) return last_used_ = stream.get();
  return nullptr;
}

std::uint32_t ChunkReader::next_payload(const ChunkStream& stream) const {
  return std::min(chunk_size_, stream.length - stream.received);
}

std::uint32_t ChunkReader::max_length(std::uint8_t type) const {
  if (type <= 6) return limits::kMaxControlMessage;
  if (type == static_cast<std::uint8_t>(MessageType::kCommand) ||
      type == static_cast<std::uint8_t>(MessageType::kCommandAmf3))
    return limits::kMaxCommandMessage;
  return max_message_;
}

}  // namespace rtmp
