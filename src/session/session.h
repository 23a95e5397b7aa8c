// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "acking_stream.h"
#include "chunk_reader.h"
#include "chunk_writer.h"
#include "commands.h"
#include "media_filter.h"
#include "read_buffer.h"
#include "replies.h"
#include "rtmp/log.h"
#include "rtmp/publish.h"
#include "stream_name.h"

namespace rtmp {

struct ConnectAnswer {
  enum class Kind {
    kAccepted,
    kNoApplication,
    kRejected,    // for want of the right credentials
    kChallenged,  // the same, but it has only begun to log in
  };
  Kind kind;
  std::string description{};  // of these two: what the client has to do; at most 255 bytes
  bool enhanced = true;       // of kAccepted: Enhanced RTMP v2 is offered to a client that speaks it
};

enum class PublishAnswer {
  kAccepted,
  kAcceptedClassic,  // as long as it sends no codec that FLV 10.1 does not have
  kDenied,           // no such stream key, as far as this peer is told
  kBusy,             // somebody else publishes there
};

/// What a session asks and tells. All calls come from the thread in Session::run().
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  /// The handshake is over.
  virtual void handshake_done() {}

  /// Whether the client may connect. The request is complete but for the stream key and its query. `app` is
  /// what the application was parsed from, as it was sent.
  virtual ConnectAnswer answer_connect(const PublishRequest& request, std::string_view app) = 0;

  /// Decides on a publisher, before it hears of it. After kAccepted come its tags, and one publish_ended().
  virtual PublishAnswer answer_publish(const PublishRequest& request) = 0;

  /// One tag of the accepted publisher, in order. May block: the publisher waits then, and loses nothing.
  virtual void tag(Tag tag) = 0;

  /// So many bytes are held of messages that have not been handed on, in steps of some 100 KiB; none at
  /// first.
  virtual void holds(std::size_t /*bytes*/) {}

  /// The accepted publisher's connection is over. Why its stream ends, then: kReplaced in place of a loss of
  /// the connection, if another publisher is there to go on with it.
  virtual Error ends(Error why) { return why; }

  /// The accepted publisher's stream has ended. The session may go on, and publish again.
  virtual void publish_ended(EndReason reason) = 0;
};

/// One connection's dialogue, from the server's side: handshake, commands in any order, media, end.
class Session {
 public:
  /// All but the peer must outlive the session.
  Session(ByteStream& stream, SessionHandler& handler, Peer peer, Logger& logger);

  /// Blocks until the connection is over, and says why: kEndOfStream for a peer that closed, kRefused when it
  /// was told no, kChallenged when it was told to log in, kNotTaken when it sent a codec that is not taken
  /// and was told so, else the stream's error or what was wrong with the peer's bytes. Where the stream fails
  /// with kCancelled or kReplaced, a publisher is told so. What was written must reach it before the socket
  /// closes.
  Error run();

 private:
  Error converse();
  Result<void> handle(Message message);
  Result<void> handle_user_control(const Message& message);
  Result<void> handle_command(const Message& message);
  Result<void> handle_connect(const Command& command);
  Result<void> handle_create_stream(const Command& command);
  Result<void> handle_publish(const Command& command, std::uint32_t stream_id);
  Result<void> refuse_connect(const Command& command, std::string_view code, const std::string& description);
  Result<void> handle_play(std::uint32_t stream_id);
  Result<void> handle_unpublish(const Command& command, std::uint32_t stream_id);
  Result<void> handle_call(const Command& command);

  [[nodiscard]] bool ends_publishing(const Command& command, std::uint32_t stream_id) const;
  void end_publishing(EndReason reason);
  void say_goodbye(std::uint32_t stream_id, const Error& end);
  Result<void> send_command(const ReplyBody& body);
  Result<void> send_status(std::uint32_t stream_id, StatusLevel level, std::string_view code,
                           std::string_view description);
  Result<void> send(const OutgoingMessage& message);
  void log(LogLevel level, std::string_view text);
  void trace(const char* what, MessageType type, std::uint32_t timestamp, std::uint32_t stream_id,
             std::size_t bytes);

  const std::shared_ptr<ConnectionCounters> counters_ = std::make_shared<ConnectionCounters>();
  AckingStream stream_;
  SessionHandler& handler_;
  const Peer peer_;
  Logger& logger_;
  ReadBuffer in_;
  ChunkReader reader_;
  ChunkWriter writer_;

  std::optional<PublishRequest> connected_;  // with all that connect tells
  bool reconnects_ = false;                  // the client does so when it is asked to
  std::uint32_t streams_created_ = 0;
  std::optional<std::uint32_t> publishing_;  // the message stream that it is on
  std::optional<MediaFilter> media_;
};

}  // namespace rtmp
