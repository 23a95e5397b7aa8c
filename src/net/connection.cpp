// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connection.h"

#include "network.h"
#include "proxy_header.h"
#include "stream_name.h"

namespace rtmp {
namespace {

// How long it may take to write the refusal to a peer that does not read, or the goodbye of a server that
// stops.
constexpr std::chrono::seconds kRefusalTime{1};
constexpr std::chrono::milliseconds kGoodbyeTime{300};
// A publisher that is told that its stream is over closes the connection within a few milliseconds.
constexpr std::chrono::milliseconds kDismissedTime{50};
// A publisher that has said so itself closes as soon, but its machine may be busy. rtmp2sink fails its
// pipeline if this side closes first, even if every tag has arrived.
constexpr std::chrono::seconds kLeavingTime{5};

// The one place that stands for all trusted networks.
const std::string kThePort = "port";

bool was_dismissed(const Error& end) {
  return end.code == ErrorCode::kTurnedOut || end.code == ErrorCode::kSentBack;
}

}  // namespace

void ServerState::tls_stays(const Error& why) {
  const Error stays{why.code, "The earlier TLS certificate stays: " + why.detail};
  logger.log(LogLevel::kWarning, stays.detail);
  mounts.warned(stays);
}

Connection::Connection(GObjectPtr<GSocket> socket, ServerState& server, Origin origin, Owner& owner)
    : peer_(peer_of(socket.get())),
      trusted_(origin != Origin::kClient),
      network_(network_of(peer_, trusted_)),
      stream_(std::move(socket), [this] { before_read(); }),
      server_(server),
      owner_(owner),
      by_proxy_(origin == Origin::kProxy),
      thread_([this] { run(); }) {}

Connection::~Connection() {
  cancel();
  thread_.join();
}

void Connection::stop() {
  if (state_ == State::kPublishing)
    end(ErrorCode::kCancelled);
  else if (state_ == State::kIdle)
    cancel();
}

GioStream::Clock::time_point Connection::let_close_by(Clock::time_point stopped,
                                                      Clock::time_point end) const {
  const State state = state_;
  if (state == State::kIdle) return stopped;
  return state == State::kLeaving ? std::min(ended_.load() + kLeavingTime, end) : stopped + kDismissedTime;
}

void Connection::reach(Stage stage) {
  since_ = Clock::now();
  stage_ = stage;
}

EvictionCandidate Connection::as_candidate() {
  const Stage stage = stage_;
  return {network_, stage == Stage::kSilent && stream_.has_heard() ? Stage::kSpeaking : stage, since_};
}

void Connection::run() {
  stream_.set_deadline(Clock::now() + server_.config.handshake_deadline);
  const Error end = converse();
  tell_.set_value();
  const bool told = end.code == ErrorCode::kRefused || end.code == ErrorCode::kChallenged ||
                    end.code == ErrorCode::kReplaced || end.code == ErrorCode::kNotTaken ||
                    end.code == ErrorCode::kOverLimit || end.code == ErrorCode::kCancelled ||
                    was_dismissed(end);
  if (told) stream_.linger();
  log_end(end);
  stream_.close();
  finish_.set_value();
  owner_.finished(*this);
}

Error Connection::converse() {
  if (by_proxy_)
    if (auto learnt = learn_client(); !learnt) return std::move(learnt).error();
  const auto speaks = speaks_tls();
  if (!speaks) return speaks.error();
  std::optional<TlsStream> tls;
  if (*speaks) {
    const TlsIdentity::Setup setup = server_.tls.current();
    tls.emplace(stream_, setup.certificate.get(), setup.authorities.get());
    if (auto secured = secure(*tls); !secured) return std::move(secured).error();
    peer_.subject = tls->client_subject();
  }
  ByteStream& stream = tls ? static_cast<ByteStream&>(*tls) : stream_;
  account_.emplace(server_.budget, [this] { stream_.interrupt(ErrorCode::kLimitExceeded); });
  Error end = Session(stream, *this, peer_, server_.logger).run();
  account_.reset();
  if (tls) tls->finish();
  return end;
}

// A connection that the balancer makes for itself, to check that this side lives, keeps the balancer's
// address.
Result<void> Connection::learn_client() {
  auto client = read_proxy_header(stream_);
  if (!client) return std::move(client).error();
  if (!*client) return {};
  const std::string balancer = peer_.text();
  peer_.host = (*client)->host;
  peer_.port = (*client)->port;
  const Door door = server_.mounts.door();
  trusted_ = door.trusted.contain(peer_.host);
  if (server_.logger.enabled(LogLevel::kInfo))
    server_.logger.log(LogLevel::kInfo, peer_.text() + " comes by the balancer " + balancer);
  const std::string network = network_of(peer_, trusted_);
  turn_.set_network(network);
  owner_.named(*this, peer_, network);
  if (!door.lets_in(peer_.host)) return Error{ErrorCode::kLimitExceeded, kNotAllowed};
  return {};
}

// Waits for the first byte also where all must speak TLS, so that the certificate is the one of the time when
// a handshake begins.
Result<bool> Connection::speaks_tls() {
  if (!server_.config.certificate) return false;
  peer_.secure = true;
  const auto first = stream_.peek();
  if (!first) return first.error();
  if (server_.config.tls_mode == TlsMode::kOptional) peer_.secure = begins_tls(*first);
  return peer_.secure;
}

Result<void> Connection::secure(TlsStream& tls) {
  const auto until = GioStream::Clock::now() + server_.config.handshake_deadline;
  const auto time = std::min(limits::kTlsHandshakeDeadline, server_.config.handshake_deadline);
  auto secured = tls.handshake([&]() -> Result<void> {
    reach(Stage::kSpeaking);
    if (!turn_.wait(until)) {
      if (stream_.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
      return Error{ErrorCode::kTimedOut, "TLS: too many handshakes at once"};
    }
    stream_.set_deadline(GioStream::Clock::now() + time);
    return {};
  });
  turn_.give_back();
  if (!secured && turn_.was_ended())
    return Error{ErrorCode::kTimedOut, "TLS: a handshake that stood still while others waited"};
  // The RTMP handshake has the time that is left, but no less than the TLS handshake had.
  stream_.set_deadline(std::max(until, GioStream::Clock::now() + time));
  if (secured) reach(Stage::kSecured);
  return secured;
}

void Connection::log_end(const Error& end) {
  // These ends are normal: any end of a client that has said that it is done, or of a stranger that has said
  // nothing; each login, which takes three connections; and a balancer that checks whether the port is open.
  const bool ordinary = end.code == ErrorCode::kEndOfStream || end.code == ErrorCode::kCancelled ||
                        end.code == ErrorCode::kReplaced || was_dismissed(end) || state_ == State::kLeaving ||
                        end.code == ErrorCode::kChallenged || end.code == ErrorCode::kHttp ||
                        (end.code == ErrorCode::kReset && !published_);
  const LogLevel level = ordinary ? LogLevel::kInfo : LogLevel::kWarning;
  if (!server_.logger.enabled(level)) return;
  std::string text = peer_.text() + " closed: " + end.detail;
  if (ordinary)
    server_.logger.log(level, text);
  else
    server_.warnings.warn("closed " + std::to_string(static_cast<int>(end.code)), std::move(text));
}

ConnectAnswer Connection::answer_connect(const PublishRequest& request, std::string_view app) {
  using Kind = ConnectAnswer::Kind;
  reach(Stage::kConnecting);
  // The handshake is over, and the client has said what it wants. It may take until the publish deadline.
  stream_.set_deadline(Clock::now() + server_.config.publish_deadline);
  const auto refuse = [&](Rejection why, ConnectAnswer answer) {
    server_.mounts.rejected(request, why);
    delay_refusal();
    return answer;
  };
  if (const auto secret = server_.mounts.secret_of(request.application);
      secret && !pay(kThePort, {.text = secret->text, .right = secret->right}))
    return refuse(Rejection::kUnjudged, {Kind::kNoApplication});

  const auto admission = server_.mounts.admits(request.application);
  const QueriedName sent = split_query(app);
  const bool logs_in =
      !admission.credentials.empty() && (!admission.open || Authenticator::is_asked(sent.query));
  if (!logs_in && !admission.open) return refuse(Rejection::kApplication, {Kind::kNoApplication});
  if (logs_in) {
    auto answer = log_in(sent, admission.credentials);
    if (!answer)
      return refuse(Rejection::kUnjudged, {Kind::kRejected, Authenticator::refusal(sent.query).description});
    if (answer->verdict == Authenticator::Verdict::kRefused)
      return refuse(Rejection::kCredentials, {Kind::kRejected, std::move(answer->description)});
    if (answer->verdict == Authenticator::Verdict::kChallenge)
      return {Kind::kChallenged, std::move(answer->description)};
    login_ = std::move(answer->who);
  }
  reach(Stage::kConnecting);
  return {.kind = Kind::kAccepted, .enhanced = admission.enhanced};
}

// Returns nothing if the login is not judged. No two answers to challenges are alike, and which password a
// wrong answer was made of cannot be seen.
std::optional<Authenticator::Answer> Connection::log_in(const QueriedName& sent,
                                                        std::span<const Credentials> known) {
  auto answer =
      server_.authenticator.check(sent.name, sent.query, known, trusted_ ? kThePort : network_of(peer_.host));
  if (answer.verdict == Authenticator::Verdict::kChallenge) return answer;
  const bool right = answer.who.has_value();
  const std::string user = "login " + std::string(Authenticator::user_of(sent.query));
  const std::string secret = right ? user + ' ' + answer.who->password : user;
  if (!pay(user, {.text = secret, .right = right, .repeats = right})) return std::nullopt;
  return answer;
}

PublishAnswer Connection::answer_publish(const PublishRequest& request) {
  reach(Stage::kAsking);
  if (const auto secret = server_.mounts.secret_of(request, login_);
      secret && !pay(kThePort, {.text = secret->text, .right = secret->right})) {
    server_.mounts.rejected(request, Rejection::kUnjudged);
    delay_refusal();
    return PublishAnswer::kDenied;
  }
  held_up_ = true;  // until its first read: it has its place while its delegate is still being told
  const auto [rejected, mount] = server_.mounts.publish(request, login_, *this);
  if (!rejected) {
    mount_ = mount;
    counters_ = request.counters;
    state_ = State::kPublishing;
    published_ = true;
    leaves_ = has_left_ = has_video_ = false;
    watch_.reset();
    beyond_.clear();
    if (mount->spec.limits != PublisherLimits()) watch_.emplace(mount->spec.limits);
    stream_.set_idle_timeout(mount->spec.timeout);
    return mount->spec.enhanced ? PublishAnswer::kAccepted : PublishAnswer::kAcceptedClassic;
  }
  if (rejected == Rejection::kBusy) return PublishAnswer::kBusy;
  delay_refusal();
  return rejected == Rejection::kDraining ? PublishAnswer::kDraining : PublishAnswer::kDenied;
}

// Waits until the verdict on a secret may be told. Returns false if it must not be told, or if the client has
// left.
bool Connection::pay(const std::string& trusted_place, const Guesses::Secret& secret) {
  reach(Stage::kAsking);
  const std::string place = trusted_ ? trusted_place : network_of(peer_.host);
  const auto ticket = server_.guesses.ask(place, secret);
  if (!ticket.judged || !stream_.rest_until(ticket.when)) return false;
  if (ticket.paid && secret.right) server_.guesses.pay_back(place);
  stream_.set_deadline(Clock::now() + server_.config.publish_deadline);
  return true;
}

// What the peer sends meanwhile is not read.
void Connection::delay_refusal() {
  reach(Stage::kRefused);
  stream_.rest_until(Clock::now() + limits::kRefusalDelay);
  stream_.set_deadline(Clock::now() + kRefusalTime);
}

void Connection::tag(Tag&& tag) {
  held_up_.store(true, std::memory_order_relaxed);  // until the next read
  if ((watch_ && is_beyond(tag)) || (leaves_ && is_left_out(tag))) return;
  has_video_ = has_video_ || tag.type() == TagType::kVideo;
  mount_->delegate->tag(std::move(tag));
}

// From the first tag that is beyond a limit on, all are left out.
bool Connection::is_beyond(const Tag& tag) {
  if (!beyond_.empty()) return true;
  if (const auto beyond = watch_->exceeded(tag)) {
    beyond_ = *beyond;
    stream_.interrupt(ErrorCode::kOverLimit);
  }
  return !beyond_.empty();
}

// What a publisher sends from a key frame on is for another connection. Without video, any audio will do.
bool Connection::is_left_out(const Tag& tag) {
  const bool begins = tag.kind() == TagKind::kKeyFrame || (!has_video_ && tag.type() == TagType::kAudio);
  if (begins && !std::exchange(has_left_, true)) stream_.interrupt(ErrorCode::kSentBack);
  return has_left_;
}

void Connection::ask_to_reconnect(const std::string& url) {
  {
    std::lock_guard lock(reconnect_mutex_);
    reconnect_to_ = url;
  }
  asked_to_reconnect_ = true;
  stream_.send_back_at(Clock::now() + limits::kReconnectTime);
}

std::optional<std::string> Connection::take_reconnect(bool understood) {
  if (!asked_to_reconnect_.load(std::memory_order_relaxed) || !asked_to_reconnect_.exchange(false))
    return std::nullopt;
  leaves_ = !understood;
  std::lock_guard lock(reconnect_mutex_);
  return reconnect_to_;
}

void Connection::before_read() {
  if (!mount_) return;
  held_up_.store(true, std::memory_order_relaxed);
  mount_->delegate->flush();
  // What has come shows that the publisher is alive. If the delegate has held it up, that was some time ago.
  if (const std::uint64_t steps = counters_->media_steps.get(); steps != steps_) {
    steps_ = steps;
    alive_ = Clock::now();
    if (contested_) server_.mounts.shows_life(*mount_);
  }
  held_up_.store(false, std::memory_order_release);
}

// A publisher that is not held up was alive at this time or later.
Publisher::Life Connection::life() const {
  const bool held_up = held_up_.load(std::memory_order_acquire);
  return {alive_, held_up};
}

Error Connection::ends(Error why) {
  if (why.code == ErrorCode::kOverLimit) return {why.code, beyond_};
  const bool lost = why.code == ErrorCode::kEndOfStream || why.code == ErrorCode::kReset ||
                    why.code == ErrorCode::kTimedOut || why.code == ErrorCode::kIo;
  if (lost && contested_) return {ErrorCode::kReplaced, "replaced by another connection: " + why.detail};
  return why;
}

void Connection::publish_ended(EndReason reason) {
  server_.mounts.begin_end(*mount_);
  const bool told = reason == EndReason::kReplaced || reason == EndReason::kNotTaken ||
                    reason == EndReason::kOverLimit || reason == EndReason::kStopped ||
                    reason == EndReason::kDisconnected;
  // This comes before the delegate is told, because the delegate may stop the server then.
  ended_ = Clock::now();
  reach(Stage::kLeaving);
  state_ = told ? State::kDismissed : reason == EndReason::kUnpublished ? State::kLeaving : State::kIdle;
  const bool finished = !mount_->delegate->publish_ended(reason);
  stream_.set_deadline(Clock::now() +
                       (told ? kGoodbyeTime : std::chrono::milliseconds(server_.config.publish_deadline)));
  server_.mounts.finish_end(*std::exchange(mount_, nullptr), finished);
}

}  // namespace rtmp
