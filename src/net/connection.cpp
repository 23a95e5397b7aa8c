// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connection.h"

#include "network.h"
#include "stream_name.h"
#include "tls_stream.h"

namespace rtmp {
namespace {

// Writing the refusal to a peer that does not read, and the goodbye, for which a server that stops waits.
constexpr std::chrono::seconds kRefusalTime{1};
constexpr std::chrono::milliseconds kGoodbyeTime{300};
// A publisher that is told that its stream is over closes within a few milliseconds.
constexpr std::chrono::milliseconds kDismissedTime{50};
// One that has said so itself closes as soon, but its machine may be busy; and rtmp2sink fails its pipeline
// if this side closes first, though every tag has arrived.
constexpr std::chrono::milliseconds kLeavingTime{500};

Peer peer_of(GSocket* socket, const ServerConfig& config) {
  Peer peer = rtmp::peer_of(socket);
  peer.secure = config.certificate != nullptr;
  return peer;
}

}  // namespace

Connection::Connection(GObjectPtr<GSocket> socket, ServerState& server)
    : peer_(peer_of(socket.get(), server.config)),
      network_(network_of(peer_.host)),
      stream_(std::move(socket),
              [this] {
                if (mount_) mount_->delegate->flush();
              }),
      server_(server),
      thread_([this] { run(); }) {}

Connection::~Connection() {
  cancel();
  thread_.join();
}

void Connection::stop() {
  if (state_ == State::kPublishing)
    end(ErrorCode::kCancelled);
  else if (state_ == State::kNew)
    cancel();
}

GioStream::Clock::time_point Connection::let_close_by(GioStream::Clock::time_point stopped) const {
  const State state = state_;
  if (state == State::kNew) return stopped;
  return state == State::kLeaving ? ended_.load() + kLeavingTime : stopped + kDismissedTime;
}

void Connection::reach(Stage stage) {
  since_ = GioStream::Clock::now();
  stage_ = stage;
}

Guest Connection::as_guest() {
  const Stage stage = stage_;
  return {network_, stage == Stage::kSilent && stream_.has_heard() ? Stage::kSpeaking : stage, since_};
}

void Connection::run() {
  stream_.set_deadline(GioStream::Clock::now() + server_.config.handshake_deadline);
  const Error end = converse();
  tell_.set_value();
  const bool told = end.code == ErrorCode::kRefused || end.code == ErrorCode::kReplaced ||
                    end.code == ErrorCode::kNotTaken || end.code == ErrorCode::kCancelled;
  if (told) stream_.linger();
  log_end(end);
  stream_.close();
  finish_.set_value();
}

Error Connection::converse() {
  std::optional<TlsStream> tls;
  if (GTlsCertificate* certificate = server_.config.certificate.get()) {
    tls.emplace(stream_, certificate);
    if (auto secured = tls->handshake(); !secured) return std::move(secured).error();
    reach(Stage::kSecured);
  }
  ByteStream& stream = tls ? static_cast<ByteStream&>(*tls) : stream_;
  Error end = Session(stream, *this, peer_, server_.logger).run();
  if (tls) tls->finish();
  return end;
}

void Connection::log_end(const Error& end) {
  // However a client closes that has said that it is done, and a stranger that has said nothing.
  const bool ordinary = end.code == ErrorCode::kEndOfStream || end.code == ErrorCode::kCancelled ||
                        end.code == ErrorCode::kReplaced || state_ == State::kLeaving ||
                        (end.code == ErrorCode::kReset && !published_);
  const LogLevel level = ordinary ? LogLevel::kInfo : LogLevel::kWarning;
  if (server_.logger.enabled(level)) server_.logger.log(level, peer_.text() + " closed: " + end.detail);
}

ConnectAnswer Connection::connects(const PublishRequest& request, std::string_view app) {
  using Kind = ConnectAnswer::Kind;
  reach(Stage::kConnecting);
  // The handshake is over, and the client has said what it wants: it may take until the publish deadline.
  stream_.set_deadline(GioStream::Clock::now() + server_.config.publish_deadline);
  const auto admission = server_.mounts.admits(request.application);
  const QueriedName sent = split_query(app);
  if (admission.credentials.empty() || (admission.open && !Authenticator::is_asked(sent.query))) {
    if (admission.open) return {.kind = Kind::kAccepted, .enhanced = admission.enhanced};
    server_.mounts.rejected(request, Rejection::kApplication);
    delay_refusal();
    return {Kind::kNoApplication};
  }
  auto answer =
      server_.authenticator.check(sent.name, sent.query, admission.credentials, network_of(peer_.host));
  if (answer.verdict == Authenticator::Verdict::kAccepted) {
    login_ = std::move(answer.who);
    return {.kind = Kind::kAccepted, .enhanced = admission.enhanced};
  }
  if (answer.verdict == Authenticator::Verdict::kRefused) {
    server_.mounts.rejected(request, Rejection::kCredentials);
    delay_refusal();
  }
  return {Kind::kRejected, std::move(answer.description)};
}

PublishAnswer Connection::publish(const PublishRequest& request) {
  reach(Stage::kPublishing);
  const auto [rejected, mount] = server_.mounts.publish(request, login_, *this);
  if (!rejected) {
    mount_ = mount;
    state_ = State::kPublishing;
    published_ = true;
    stream_.set_idle_timeout(mount->spec.timeout);
    return mount->spec.enhanced ? PublishAnswer::kAccepted : PublishAnswer::kAcceptedClassic;
  }
  if (rejected == Rejection::kBusy) return PublishAnswer::kBusy;
  delay_refusal();
  return PublishAnswer::kDenied;
}

// A wrong secret costs time. What the peer sends meanwhile is of no use to anybody.
void Connection::delay_refusal() {
  reach(Stage::kRefused);
  stream_.discard_until(GioStream::Clock::now() + server_.penalties.refused(peer_.host));
  stream_.set_deadline(GioStream::Clock::now() + kRefusalTime);
}

void Connection::tag(Tag tag) { mount_->delegate->tag(std::move(tag)); }

void Connection::unpublished(EndReason reason) {
  server_.mounts.ending(*mount_);
  const bool told =
      reason == EndReason::kReplaced || reason == EndReason::kNotTaken || reason == EndReason::kStopped;
  // Before the delegate hears of it, which may stop the server for that reason.
  ended_ = GioStream::Clock::now();
  since_ = ended_.load();
  state_ = told ? State::kDismissed : reason == EndReason::kUnpublished ? State::kLeaving : State::kNew;
  const bool finished = !mount_->delegate->publish_ended(reason);
  stream_.set_deadline(GioStream::Clock::now() +
                       (told ? kGoodbyeTime : std::chrono::milliseconds(server_.config.publish_deadline)));
  server_.mounts.ended(*std::exchange(mount_, nullptr), finished);
}

}  // namespace rtmp
