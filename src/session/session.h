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
    kRejected,    // the client has not given the right credentials
    kChallenged,  // the same, and the client has only begun to log in
  };
  Kind kind;
  std::string description{};  // with these two: what the client has to do; at most 255 bytes
  bool enhanced = true;       // with kAccepted: a client that speaks Enhanced RTMP v2 is offered it
};

enum class PublishAnswer {
  kAccepted,
  kAcceptedClassic,  // the publisher is accepted, but no codec that FLV 10.1 does not have
  kDenied,           // the peer is told that there is no such stream key
  kDraining,         // nobody new is taken for now
  kBusy,             // another client publishes there
};

/// Decides for a session, and receives what it publishes. The thread in Session::run() makes all calls, and
/// the peer waits while one blocks.
class SessionHandler {
 public:
  virtual ~SessionHandler() = default;

  /// The RTMP handshake is over.
  virtual void handshake_done() {}

  /// Returns whether the client may connect. The request has everything but the stream key and its query.
  /// `app` is the text that the application was parsed from, as it was sent.
  virtual ConnectAnswer answer_connect(const PublishRequest& request, std::string_view app) = 0;

  /// Decides whether a publisher may publish. If it may, its tags follow, and then one publish_ended().
  virtual PublishAnswer answer_publish(const PublishRequest& request) = 0;

  /// Takes a tag of the accepted publisher, in order. Nothing is lost while the call blocks.
  virtual void tag(Tag&& tag) = 0;

  /// The session holds this many bytes of messages that have not been handed on. Called in steps of some 100
  /// KiB; not called before the first step.
  virtual void holds(std::size_t /*bytes*/) {}

  /// The connection of the accepted publisher is over, for the reason `why`. Returns the reason for which its
  /// stream ends: kReplaced instead of a lost connection, if another publisher is there to take over.
  virtual Error ends(Error why) { return why; }

  /// Returns where the publisher is asked to connect to, once for each time that it is asked; "" is where it
  /// is now. `understood` says whether the client understands that. It is called after each message of a
  /// publisher.
  virtual std::optional<std::string> take_reconnect(bool /*understood*/) { return std::nullopt; }

  /// The stream of the accepted publisher has ended. The session may go on, and the client may publish again.
  virtual void publish_ended(EndReason reason) = 0;
};

/// The dialogue of one connection, from the side of the server: handshake, commands, media and the end.
/// Commands may come in any order that clients use.
class Session {
 public:
  /// The stream, the handler and the logger must outlive the session.
  Session(ByteStream& stream, SessionHandler& handler, Peer peer, Logger& logger);

  /// Blocks until the connection is over, and returns why: kEndOfStream if the peer has closed it, kRefused
  /// if the peer's request was refused, kChallenged if the peer was told to log in, and kNotTaken if it sent
  /// a codec that is not taken, and was told so. Otherwise it is the error of the stream, or the error in the
  /// peer's bytes. If the stream fails with kCancelled, kReplaced, kTurnedOut or kSentBack, a publisher is
  /// told why it ends. The caller closes the socket, and must let what was written reach the peer before.
  Error run();

 private:
  Error converse();
  Result<void> handle(Message&& message);
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
  Result<void> pass_on_reconnect();
  Result<void> send_reconnect_request(std::string_view why);
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

  std::optional<PublishRequest> connected_;  // the request of the connect command, once it was accepted
  bool reconnects_ = false;                  // the client reconnects when it is asked to
  std::string reconnect_to_;                 // where it was asked to connect to; empty: where it is now
  std::uint32_t streams_created_ = 0;
  std::optional<std::uint32_t> publishing_;  // the message stream on which the client publishes
  std::optional<MediaFilter> media_;
};

}  // namespace rtmp
