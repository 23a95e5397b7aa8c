// SPDX-License-Identifier: LGPL-2.1-or-later
#include "scripted_peer.h"

#include <algorithm>
#include <cstdio>

#include "amf0_reader.h"
#include "endian.h"
#include "protocol_control.h"
#include "reasons.h"

namespace rtmp::test {
namespace {

constexpr std::size_t kHandshakeReply = 1 + 2 * 1536;
constexpr std::size_t kFullHeader = 12;  // basic header and message header of type 0

/// A MemoryStream that notes how far the reading was at each write, and can break at one.
class RecordingStream final : public MemoryStream {
 public:
  RecordingStream(const Bytes& incoming, const SplitPoints& splits, std::size_t writes)
      : MemoryStream(incoming, splits), writes_left_(writes) {}

  Result<void> write(std::span<const std::uint8_t> bytes) override {
    if (writes_left_ == 0) return Error{ErrorCode::kReset, "the script allows no more writes"};
    --writes_left_;
    notes_.push_back({written().size(), delivered()});
    return MemoryStream::write(bytes);
  }

  /// How many bytes had been read when the byte at `offset` was written.
  [[nodiscard]] std::size_t delivered_before(std::size_t offset) const {
    const auto later = std::ranges::upper_bound(notes_, offset, {}, &Note::offset);
    return later == notes_.begin() ? 0 : std::prev(later)->delivered;
  }

 private:
  struct Note {
    std::size_t offset;
    std::size_t delivered;
  };
  std::vector<Note> notes_;
  std::size_t writes_left_;
};

/// Answers as its surroundings say, and notes everything.
class RecordingHandler final : public SessionHandler {
 public:
  RecordingHandler(const Surroundings& surroundings, Outcome& outcome)
      : surroundings_(surroundings), outcome_(outcome) {}

  ConnectAnswer answer_connect(const PublishRequest& request, std::string_view) override {
    note("application " + request.application);
    return surroundings_.connect;
  }
  PublishAnswer answer_publish(const PublishRequest& request) override {
    note("publish " + request.application + " " + request.stream_key);
    outcome_.requests.push_back(request);
    return surroundings_.publish ? surroundings_.publish(request) : PublishAnswer::kAccepted;
  }
  void tag(Tag&& tag) override { outcome_.events.push_back({{}, std::move(tag)}); }
  void publish_ended(EndReason reason) override { note(std::string("end ") + to_string(reason)); }

 private:
  void note(std::string what) { outcome_.events.push_back({std::move(what), {}}); }

  const Surroundings& surroundings_;
  Outcome& outcome_;
};

/// Takes the server's messages apart, as narrowly as the server writes: each begins with a type 0 header on a
/// one-byte chunk stream id, goes on in type 3 chunks, and is not interleaved with others. (ChunkReader would
/// take more, and keeps Set Chunk Size to itself.)
class ReplyDecoder {
 public:
  explicit ReplyDecoder(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  /// The next message, or nothing if it has another form.
  std::optional<Reply> next() {
    // 0c  tttttt llllll yy ssssssss
    if (rest_.size() < kFullHeader || rest_[0] < 2 || rest_[0] > 63) return std::nullopt;
    Reply reply;
    reply.chunk_stream = rest_[0];
    const std::size_t length = load_be24(&rest_[4]);
    reply.type = static_cast<MessageType>(rest_[7]);
    reply.stream = load_le32(&rest_[8]);
    rest_ = rest_.subspan(kFullHeader);
    for (;;) {
      const std::size_t payload = std::min(chunk_size_, length - reply.body.size());
      if (payload > rest_.size()) return std::nullopt;
      reply.body.insert(reply.body.end(), rest_.begin(),
                        rest_.begin() + static_cast<std::ptrdiff_t>(payload));
      rest_ = rest_.subspan(payload);
      ++reply.chunks;
      if (reply.body.size() == length) break;
      if (rest_.empty() || rest_[0] != (0xC0 | reply.chunk_stream)) return std::nullopt;
      rest_ = rest_.subspan(1);
    }
    if (reply.type == MessageType::kSetChunkSize && length == 4) chunk_size_ = load_be32(reply.body.data());
    return reply;
  }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::span<const std::uint8_t> rest_;
  std::size_t chunk_size_ = 128;
};

void decode_replies(const RecordingStream& stream, Outcome& outcome) {
  const Bytes& written = stream.written();
  const std::size_t shaken = std::min(kHandshakeReply, written.size());
  outcome.handshake = cut(written, shaken);
  ReplyDecoder decoder{std::span(written).subspan(shaken)};
  while (!decoder.at_end()) {
    const std::size_t start = written.size() - decoder.left();
    auto reply = decoder.next();
    if (!reply) {
      outcome.undecodable = "what the server wrote at " + std::to_string(start);
      return;
    }
    reply->after = stream.delivered_before(start);
    outcome.replies.push_back(*std::move(reply));
  }
}

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", v);
  return text;
}

std::string describe(const AmfValue& value) {
  switch (value.type()) {
    case AmfValue::Type::kNumber:
      return number(value.as_number());
    case AmfValue::Type::kString:
      return std::string(value.as_string());
    case AmfValue::Type::kNull:
      return "null";
    case AmfValue::Type::kUndefined:
      return "undefined";
    case AmfValue::Type::kObject: {
      const AmfValue* code = value.find("code");
      return code ? std::string(code->as_string()) : "object";
    }
    default:
      return "a value of type " + std::to_string(static_cast<int>(value.type()));
  }
}

std::string describe_number(const char* what, const Bytes& body, std::size_t offset = 0) {
  if (body.size() < offset + 4) return std::string(what) + " cut short";
  return std::string(what) + " " + std::to_string(load_be32(body.data() + offset));
}

std::string describe_user_control(const Bytes& body) {
  if (body.size() < 2) return "user control cut short";
  switch (static_cast<UserControlEvent>(load_be16(body.data()))) {
    case UserControlEvent::kStreamBegin:
      return describe_number("stream begin", body, 2);
    case UserControlEvent::kPingRequest:
      return describe_number("ping", body, 2);
    case UserControlEvent::kPingResponse:
      return describe_number("pong", body, 2);
  }
  return "user control " + std::to_string(load_be16(body.data()));
}

std::string describe_bandwidth(const Bytes& body) {
  if (body.size() != 5) return "bandwidth cut short";
  return describe_number("bandwidth", body) + " limit " + std::to_string(body[4]);
}

std::string name_of(TagType type) {
  switch (type) {
    case TagType::kAudio:
      return "audio";
    case TagType::kVideo:
      return "video";
    case TagType::kScript:
      return "script";
  }
  return "tag of an unknown type";
}

}  // namespace

std::vector<AmfValue> Reply::values() const {
  std::vector<AmfValue> values;
  AmfReader reader(body);
  while (!reader.at_end()) {
    auto value = reader.read();
    if (!value) break;
    values.push_back(*std::move(value));
  }
  return values;
}

std::string describe(const Reply& reply) {
  switch (reply.type) {
    case MessageType::kSetChunkSize:
      return describe_number("chunk size", reply.body);
    case MessageType::kAcknowledgement:
      return describe_number("ack", reply.body);
    case MessageType::kUserControl:
      return describe_user_control(reply.body);
    case MessageType::kWindowAckSize:
      return describe_number("window", reply.body);
    case MessageType::kSetPeerBandwidth:
      return describe_bandwidth(reply.body);
    case MessageType::kCommand:
      break;
    default:
      return "message of type " + std::to_string(static_cast<int>(reply.type));
  }
  std::string line;
  for (const AmfValue& value : reply.values()) line += (line.empty() ? "" : " ") + describe(value);
  if (reply.stream != 0) line += " on " + std::to_string(reply.stream);
  return line;
}

std::string describe(const Event& event) {
  if (!event.tag) return event.what;
  std::string line = name_of(event.tag->type()) + " " + std::to_string(event.tag->timestamp()) + " ";
  for (const std::uint8_t byte : event.tag->body()) {
    constexpr char kDigits[] = "0123456789abcdef";
    line += kDigits[byte >> 4];
    line += kDigits[byte & 0x0F];
  }
  return line;
}

Lines describe(const std::vector<Reply>& replies) {
  Lines lines;
  for (const Reply& reply : replies) lines.push_back(describe(reply));
  return lines;
}

Lines describe(const std::vector<Event>& events) {
  Lines lines;
  for (const Event& event : events) lines.push_back(describe(event));
  return lines;
}

Outcome run_session(const Bytes& bytes, const SplitPoints& splits, const Surroundings& surroundings) {
  Outcome outcome{};
  RecordingStream stream(bytes, splits, surroundings.writes);
  stream.end_with(surroundings.end);
  RecordingHandler handler(surroundings, outcome);
  outcome.end = Session(stream, handler, {.host = "192.0.2.1", .port = 49152}, *surroundings.logger).run();
  decode_replies(stream, outcome);
  return outcome;
}

}  // namespace rtmp::test
