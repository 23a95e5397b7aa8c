// SPDX-License-Identifier: LGPL-2.1-or-later
#include "session.h"

#include <cmath>
#include <utility>

#include "handshake.h"
#include "protocol_control.h"
#include "rtmp/limits.h"
#include "text.h"

namespace rtmp {
namespace {

constexpr std::uint8_t kControlChunkStream = 2;
constexpr std::uint8_t kCommandChunkStream = 3;
constexpr std::uint8_t kStatusChunkStream = 5;

// FFmpeg adopts this size for its own chunks. The larger it is, the fewer headers FFmpeg sends.
constexpr std::uint32_t kOutChunkSize = 65536;

EndReason reason_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kEndOfStream:
      return EndReason::kClosed;
    case ErrorCode::kReset:
    case ErrorCode::kIo:
      return EndReason::kReset;
    case ErrorCode::kTimedOut:
      return EndReason::kTimedOut;
    case ErrorCode::kCancelled:
      return EndReason::kStopped;
    case ErrorCode::kReplaced:
      return EndReason::kReplaced;
    case ErrorCode::kNotTaken:
      return EndReason::kNotTaken;
    case ErrorCode::kOverLimit:
      return EndReason::kOverLimit;
    case ErrorCode::kTurnedOut:
    case ErrorCode::kSentBack:
      return EndReason::kDisconnected;
    default:
      return EndReason::kProtocolError;
  }
}

Result<void> check_length(std::string_view name) {
  if (name.size() <= limits::kMaxName) return {};
  return Error{ErrorCode::kLimitExceeded, "a name of " + std::to_string(name.size()) + " bytes"};
}

}  // namespace

Session::Session(ByteStream& stream, SessionHandler& handler, Peer peer, Logger& logger)
    : stream_(stream, *counters_),
      handler_(handler),
      peer_(std::move(peer)),
      logger_(logger),
      in_(stream_),
      reader_(in_, &counters_->media_steps, [this](std::size_t bytes) { handler_.holds(bytes); }) {
  stream_.allow(limits::kMaxBytesBeforePublish);
}

Error Session::run() {
  Error end = converse();
  if (const auto stream = publishing_) {
    end = handler_.ends(std::move(end));
    end_publishing(reason_of(end.code));
    say_goodbye(*stream, end);
  }
  return end;
}

Error Session::converse() {
  if (auto shaken = accept_handshake(in_, stream_); !shaken) return std::move(shaken).error();
  handler_.handshake_done();
  for (;;) {
    auto message = reader_.read();
    counters_->in_chunk_size.set(reader_.chunk_size());
    if (!message) return std::move(message).error();
    if (auto handled = handle(*std::move(message)); !handled) return std::move(handled).error();
    if (!publishing_) continue;
    if (auto passed = pass_on_reconnect(); !passed) return std::move(passed).error();
  }
}

Result<void> Session::handle(Message&& message) {
  trace("received", message.type, message.timestamp, message.stream_id, message.body().size());
  switch (message.type) {
    case MessageType::kAudio:
    case MessageType::kVideo:
    case MessageType::kData:
    case MessageType::kDataAmf3:
    case MessageType::kAggregate:
      return publishing_ ? media_->take(std::move(message)) : Result<void>();
    case MessageType::kCommand:
    case MessageType::kCommandAmf3:
      return handle_command(message);
    case MessageType::kUserControl:
      return handle_user_control(message);
    case MessageType::kWindowAckSize:
      if (const auto window = decode_number(message.body())) stream_.set_window(*window);
      return {};
    case MessageType::kAcknowledgement:
      if (const auto bytes = decode_number(message.body())) stream_.acknowledged(*bytes);
      return {};
    default:
      return {};  // Set Peer Bandwidth, shared objects, and types that are not known
  }
}

Result<void> Session::handle_user_control(const Message& message) {
  const auto ping = decode_ping_request(message.body());
  if (!ping) return {};
  return send({.chunk_stream = kControlChunkStream,
               .type = MessageType::kUserControl,
               .body = encode_user_control(UserControlEvent::kPingResponse, *ping)});
}

Result<void> Session::handle_command(const Message& message) {
  if (message.body().empty()) return {};
  auto parsed = parse_command(message);
  if (!parsed) return std::move(parsed).error();
  const Command& command = *parsed;
  log(LogLevel::kDebug, "command " + printable(command.name));

  if (command.name == "connect") return handle_connect(command);
  if (command.name == "createStream") return handle_create_stream(command);
  if (command.name == "publish") return handle_publish(command, message.stream_id);
  if (command.name == "play" || command.name == "play2" || command.name == "FCSubscribe")
    return handle_play(message.stream_id);
  if (command.name == "FCUnpublish" || command.name == "closeStream" || command.name == "deleteStream")
    return handle_unpublish(command, message.stream_id);
  return handle_call(command);
}

Result<void> Session::handle_connect(const Command& command) {
  if (connected_) return Error{ErrorCode::kBadCommand, "a second connect"};
  const ConnectRequest connect = ConnectRequest::from(command);
  for (const std::string* name : {&connect.app, &connect.tc_url, &connect.flash_version})
    if (auto checked = check_length(*name); !checked) return checked;
  QueriedName application = parse_application(connect.app);
  reconnects_ = connect.reconnects;
  connected_ = {.peer = peer_,
                .application = std::move(application.name),
                .application_query = std::move(application.query),
                .tc_url = connect.tc_url,
                .flash_version = connect.flash_version,
                .counters = counters_};
  log(LogLevel::kInfo, "connects to application '" + printable(connected_->application) + "' with '" +
                           printable(connected_->flash_version) + "'");

  // All in one write, and Set Chunk Size before the first command: OBS cannot read a reply in several chunks
  // before it, and reads nothing after Publish.Start.
  ByteWriter out;
  const auto window = encode_number(limits::kDefaultAckWindow);
  const auto bandwidth = encode_set_peer_bandwidth(limits::kDefaultAckWindow, BandwidthLimit::kDynamic);
  const auto chunk_size = encode_number(kOutChunkSize);
  writer_.write({.chunk_stream = kControlChunkStream, .type = MessageType::kWindowAckSize, .body = window},
                out);
  writer_.write(
      {.chunk_stream = kControlChunkStream, .type = MessageType::kSetPeerBandwidth, .body = bandwidth}, out);
  writer_.write({.chunk_stream = kControlChunkStream, .type = MessageType::kSetChunkSize, .body = chunk_size},
                out);
  writer_.set_chunk_size(kOutChunkSize);
  counters_->out_chunk_size.set(kOutChunkSize);
  counters_->out_window_ack_size.set(limits::kDefaultAckWindow);
  if (auto sent = stream_.write(out.bytes()); !sent) return sent;
  stream_.start();

  const ConnectAnswer answer = handler_.answer_connect(*connected_, connect.app);
  switch (answer.kind) {
    case ConnectAnswer::Kind::kNoApplication:
      return refuse_connect(command, "NetConnection.Connect.InvalidApp",
                            "No application '" + printable(connected_->application) + "' here");
    case ConnectAnswer::Kind::kRejected:
      return refuse_connect(command, "NetConnection.Connect.Rejected", answer.description);
    case ConnectAnswer::Kind::kChallenged: {
      auto told = refuse_connect(command, "NetConnection.Connect.Rejected", answer.description);
      return told.error().code == ErrorCode::kRefused ? Error{ErrorCode::kChallenged, "asked to log in"}
                                                      : std::move(told).error();
    }
    case ConnectAnswer::Kind::kAccepted:
      break;
  }
  return send_command(connect_result(command.transaction, connect.enhanced && answer.enhanced));
}

Result<void> Session::refuse_connect(const Command& command, std::string_view code,
                                     const std::string& description) {
  if (auto sent = send_command(connect_error(command.transaction, code, description)); !sent) return sent;
  return Error{ErrorCode::kRefused, description};
}

Result<void> Session::handle_create_stream(const Command& command) {
  if (streams_created_ == limits::kMaxMessageStreams) {
    return Error{ErrorCode::kLimitExceeded,
                 "more than " + std::to_string(limits::kMaxMessageStreams) + " message streams"};
  }
  return send_command(create_stream_result(command.transaction, ++streams_created_));
}

Result<void> Session::handle_publish(const Command& command, std::uint32_t stream_id) {
  if (!connected_) return Error{ErrorCode::kBadCommand, "publish before connect"};
  // Wirecast publishes once more just before it unpublishes. The stream goes on.
  if (publishing_)
    return send_status(stream_id, StatusLevel::kError, "NetStream.Publish.BadName", "Already publishing");

  if (auto checked = check_length(command.argument(1).as_string()); !checked) return checked;
  QueriedName key = parse_stream_key(command.argument(1).as_string());
  PublishRequest request = *connected_;
  request.stream_key = std::move(key.name);
  request.query = std::move(key.query);
  const PublishAnswer answer = handler_.answer_publish(request);
  switch (answer) {
    case PublishAnswer::kAccepted:
    case PublishAnswer::kAcceptedClassic:
      break;
    case PublishAnswer::kDenied: {
      if (auto sent = send_status(stream_id, StatusLevel::kError, "NetStream.Publish.Denied",
                                  "This stream key is not accepted here");
          !sent)
        return sent;
      return Error{ErrorCode::kRefused, "stream key " + masked(request.stream_key) + " denied"};
    }
    case PublishAnswer::kDraining: {
      if (auto sent = send_status(stream_id, StatusLevel::kError, "NetConnection.Connect.AppShutdown",
                                  "This server takes no new publishers: connect again");
          !sent)
        return sent;
      return Error{ErrorCode::kRefused, "no new publishers are accepted"};
    }
    case PublishAnswer::kBusy: {
      if (auto sent = send_status(stream_id, StatusLevel::kError, "NetStream.Publish.BadName",
                                  "Somebody else is publishing here");
          !sent)
        return sent;
      return Error{ErrorCode::kRefused, "a second publisher for stream key " + masked(request.stream_key)};
    }
  }
  publishing_ = stream_id;
  media_.emplace([this](Tag&& tag) { handler_.tag(std::move(tag)); }, *counters_,
                 answer == PublishAnswer::kAccepted);
  reader_.set_max_message(limits::kMaxMediaMessage);
  stream_.allow_any_number();
  log(LogLevel::kInfo,
      "publishes '" + printable(request.application) + "' with stream key " + masked(request.stream_key));
  if (auto sent = send({.chunk_stream = kControlChunkStream,
                        .type = MessageType::kUserControl,
                        .body = encode_user_control(UserControlEvent::kStreamBegin, stream_id)});
      !sent)
    return sent;
  return send_status(stream_id, StatusLevel::kStatus, "NetStream.Publish.Start", "Publishing");
}

Result<void> Session::handle_play(std::uint32_t stream_id) {
  if (auto sent = send_status(stream_id, StatusLevel::kError, "NetStream.Play.StreamNotFound",
                              "This server takes publishers only");
      !sent || publishing_)
    return sent;
  return Error{ErrorCode::kRefused, "a player"};
}

Result<void> Session::handle_unpublish(const Command& command, std::uint32_t stream_id) {
  const bool ends = ends_publishing(command, stream_id);
  const std::uint32_t answered_on = ends ? *publishing_ : stream_id;
  if (ends) end_publishing(EndReason::kUnpublished);
  if (command.wants_result()) {
    if (auto sent = send_command(empty_result(command.transaction)); !sent) return sent;
  }
  // HaishinKit waits for this after closeStream, whether or not anything was published.
  if (!ends && command.name != "closeStream") return {};
  return send_status(answered_on, StatusLevel::kStatus, "NetStream.Unpublish.Success", "Unpublished");
}

bool Session::ends_publishing(const Command& command, std::uint32_t stream_id) const {
  if (!publishing_) return false;
  // deleteStream names its stream; rtmp2sink names it with a string without meaning. closeStream is sent on
  // it.
  const AmfValue& id = command.argument(1);
  if (command.name == "deleteStream" && id.is(AmfValue::Type::kNumber)) return id.as_number() == *publishing_;
  return command.name != "closeStream" || stream_id == 0 || stream_id == *publishing_;
}

Result<void> Session::handle_call(const Command& command) {
  if (command.name == "_result" || command.name == "_error") return {};
  if (command.wants_result()) {
    const bool measures = command.name == "_checkbw" || command.name == "getStreamLength";
    auto sent =
        send_command(measures ? number_result(command.transaction, 0) : empty_result(command.transaction));
    if (!sent) return sent;
  }
  // Some appliances go on only after this. Most clients read the _result or nothing.
  if (command.name == "FCPublish") return send_command(on_fc_publish("Publishing"));
  return {};
}

Result<void> Session::pass_on_reconnect() {
  auto to = handler_.take_reconnect(reconnects_);
  if (!to) return {};
  reconnect_to_ = *std::move(to);
  log(LogLevel::kInfo, reconnects_ ? "is asked to reconnect" : "is closed at its next key frame");
  return reconnects_ ? send_reconnect_request("The server asks to connect again") : Result<void>();
}

Result<void> Session::send_reconnect_request(std::string_view why) {
  const ReplyBody body = reconnect_request(why, reconnect_to_);
  return send({.chunk_stream = kStatusChunkStream, .type = MessageType::kCommand, .body = body});
}

void Session::end_publishing(EndReason reason) {
  // The stream is not over if another connection has taken it over, or if a codec was not taken: the next
  // publisher goes on with it.
  if (reason != EndReason::kReplaced && reason != EndReason::kNotTaken) media_->finish();
  media_.reset();
  publishing_.reset();
  reader_.set_max_message(limits::kMaxCommandMessage);
  // Bytes that have been read ahead count.
  stream_.allow(limits::kMaxBytesBeforePublish - in_.available());
  handler_.publish_ended(reason);
}

void Session::say_goodbye(std::uint32_t stream_id, const Error& end) {
  Result<void> sent;
  if (end.code == ErrorCode::kNotTaken || end.code == ErrorCode::kOverLimit) {
    sent = send_status(stream_id, StatusLevel::kError, "NetStream.Publish.Rejected",
                       "Not taken here: " + end.detail);
  } else if (end.code == ErrorCode::kReplaced) {
    // OBS does not try again after this code. Otherwise two encoders would replace each other for ever.
    sent = send_status(stream_id, StatusLevel::kError, "NetStream.Publish.BadName",
                       "Another connection has taken over this stream");
  } else if (end.code == ErrorCode::kTurnedOut) {
    sent = send_status(stream_id, StatusLevel::kError, "NetStream.Publish.BadName",
                       "The server has ended this stream");
  } else if (end.code == ErrorCode::kCancelled || end.code == ErrorCode::kSentBack) {
    const std::string why =
        end.code == ErrorCode::kCancelled ? "The server is stopping" : "The server asks to connect again";
    sent = reconnects_
               ? send_reconnect_request(why)
               : send_status(stream_id, StatusLevel::kError, "NetConnection.Connect.AppShutdown", why);
  }
  if (!sent) log(LogLevel::kDebug, "could not be told: " + sent.error().detail);
}

Result<void> Session::send_command(const ReplyBody& body) {
  return send({.chunk_stream = kCommandChunkStream, .type = MessageType::kCommand, .body = body});
}

Result<void> Session::send_status(std::uint32_t stream_id, StatusLevel level, std::string_view code,
                                  std::string_view description) {
  const ReplyBody body = on_status(level, code, description);
  return send({.chunk_stream = kStatusChunkStream,
               .type = MessageType::kCommand,
               .stream_id = stream_id,
               .body = body});
}

Result<void> Session::send(const OutgoingMessage& message) {
  trace("sent", message.type, 0, message.stream_id, message.body.size());
  ByteWriter out;
  writer_.write(message, out);
  return stream_.write(out.bytes());
}

// The body is not logged, because it may have keys and passwords.
void Session::trace(const char* what, MessageType type, std::uint32_t timestamp, std::uint32_t stream_id,
                    std::size_t bytes) {
  if (!logger_.enabled(LogLevel::kTrace)) return;
  log(LogLevel::kTrace, std::string(what) + " message of type " + std::to_string(static_cast<int>(type)) +
                            ", stream " + std::to_string(stream_id) + ", timestamp " +
                            std::to_string(timestamp) + ", " + std::to_string(bytes) + " bytes");
}

void Session::log(LogLevel level, std::string_view text) {
  if (logger_.enabled(level)) logger_.log(level, peer_.text() + " " + std::string(text));
}

}  // namespace rtmp
