// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/server.h"
#include "port_logger.h"

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <system_error>
#include <vector>

#include "connection.h"
#include "descriptors.h"
#include "eviction.h"
#include "listener.h"
#include "network.h"
#include "rtmp/limits.h"

namespace rtmp {
namespace {

// How long a stop waits until the threads of publishers have told these why their streams end.
constexpr std::chrono::milliseconds kTelling{500};
// How long a stop may take in all, from release() on.
constexpr std::chrono::milliseconds kStopping{900};

constexpr const char* kTooManyFromThere = "too many connections from there";

}  // namespace

class Server::Impl final : private Connection::Owner {
 public:
  Impl(ServerConfig config, Logger& logger)
      : logger_(logger, config.port),
        state_{std::move(config), logger_},
        listener_(logger_, state_.warnings) {}

  Result<void> start() {
    auto started = listener_.start(
        state_.config.host, state_.config.port,
        [this](GObjectPtr<GSocket> socket) { accept(std::move(socket)); }, [this] { attend(); });
    if (started) logger_.set_port(listener_.port());
    wake();  // mounts may want the port closed
    return started;
  }

  void stop() {
    const auto now = GioStream::Clock::now();
    const auto since = released_.load();
    const auto end = (now - since < kStopping ? since : now) + kStopping;
    listener_.stop();
    // There is no accept thread any more, so this thread owns the list. It tells all before it waits for the
    // first.
    for (Connection& connection : connections_) connection.stop();
    const auto telling = GioStream::Clock::now() + kTelling;
    for (Connection& connection : connections_) (void)connection.told(telling);
    const auto stopped = GioStream::Clock::now();
    for (Connection& connection : connections_)
      (void)connection.finished(connection.let_close_by(stopped, end));
    for (Connection& connection : connections_) connection.cancel();
    connections_.clear();
    counters_->connections.set(0);
  }

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  [[nodiscard]] std::shared_ptr<const PortCounters> counters() const { return counters_; }
  MountTable& mounts() { return state_.mounts; }
  void wake() { listener_.wake(); }
  TlsIdentity& tls() { return state_.tls; }
  void release(MountDelegate& delegate) {
    released_ = GioStream::Clock::now();
    state_.mounts.release(delegate);
  }

 private:
  void accept(GObjectPtr<GSocket> socket);
  void named(Connection& connection, const Peer& client, std::string network) override;
  void finished(Connection& connection) override;
  void attend();
  struct Name {
    Connection* connection;
    Peer client;
    std::string network;
  };
  void count_by(Name name);
  bool closed(const Peer& peer, const char* why);
  bool make_room_for(const Peer& peer, bool trusted, const Door& door, GSocket* socket);
  template <class Meant>
  bool dismiss(const Meant& meant, const std::string& newcomer);
  /// The connections that have not been told to go.
  struct Census {
    std::size_t all = 0;
    std::size_t from_there = 0;
    std::size_t waiting = 0;  // how many do not publish
  };
  [[nodiscard]] Census take_census(const std::string& network) const;

  std::atomic<GioStream::Clock::time_point> released_{};  // when a claim was released last
  const std::shared_ptr<PortCounters> counters_ = std::make_shared<PortCounters>();
  PortLogger logger_;
  ServerState state_;
  Listener listener_;
  std::mutex told_mutex_;                    // guards what connections have told
  std::vector<Name> named_;                  // what balancers have said of them
  std::vector<const Connection*> finished_;  // those whose threads are about to end
  std::list<Connection> connections_;  // the oldest is first; only the accept thread uses it while it runs
};

// These two are called in the thread of the connection.

void Server::Impl::named(Connection& connection, const Peer& client, std::string network) {
  {
    std::lock_guard lock(told_mutex_);
    named_.push_back({&connection, client, std::move(network)});
  }
  listener_.wake();
}

void Server::Impl::finished(Connection& connection) {
  {
    std::lock_guard lock(told_mutex_);
    finished_.push_back(&connection);
  }
  listener_.wake();
}

// Sees to what connections have told. One that has finished was named before, if at all.
void Server::Impl::attend() {
  std::vector<Name> names;
  std::vector<const Connection*> gone;
  {
    std::lock_guard lock(told_mutex_);
    names.swap(named_);
    gone.swap(finished_);
  }
  listener_.set_open(state_.mounts.wants_port());
  for (Name& name : names) count_by(std::move(name));
  // Most of those that end have come lately.
  for (const Connection* connection : gone) {
    auto place = std::prev(connections_.end());
    while (&*place != connection) --place;
    connections_.erase(place);
  }
  counters_->connections.set(connections_.size());
}

// From now on the connection counts for its client's network, which may have too many.
void Server::Impl::count_by(Name name) {
  Connection& connection = *name.connection;
  connection.set_network(name.network);
  const std::size_t most = state_.mounts.door().max_connections_per_address;
  if (take_census(name.network).from_there <= most) return;
  const auto others_from_there = [&](const Connection& c) {
    return &c != &connection && c.waiting() && c.network() == name.network;
  };
  if (dismiss(others_from_there, name.network)) return;
  counters_->refused.add(1);
  (void)closed(name.client, kTooManyFromThere);
  connection.cancel();
}

bool Server::Impl::closed(const Peer& peer, const char* why) {
  if (state_.logger.enabled(LogLevel::kWarning))
    state_.warnings.warn(why, peer.text() + " closed at once: " + why);
  return false;
}

void Server::Impl::accept(GObjectPtr<GSocket> socket) {
  attend();
  // A load balancer or a port scan has closed it already. It is not worth a thread.
  if (has_left(socket.get())) {
    if (state_.logger.enabled(LogLevel::kInfo))
      state_.logger.log(LogLevel::kInfo, peer_of(socket.get()).text() + " closed: it has left already");
    return;
  }
  const Peer peer = peer_of(socket.get());
  state_.warnings.tell();
  const Door door = state_.mounts.door();
  const auto origin = state_.config.proxies.contain(peer.host) ? Connection::Origin::kProxy
                      : door.trusted.contain(peer.host)        ? Connection::Origin::kTrusted
                                                               : Connection::Origin::kClient;
  const bool allowed = origin == Connection::Origin::kProxy || door.lets_in(peer.host);
  if (!allowed) (void)closed(peer, kNotAllowed);
  if (!allowed || !make_room_for(peer, origin != Connection::Origin::kClient, door, socket.get())) {
    counters_->refused.add(1);
    return;
  }
  try {
    Connection::Owner& owner = *this;
    connections_.emplace_back(std::move(socket), state_, origin, owner);
    counters_->accepted.add(1);
    counters_->connections.set(connections_.size());
  } catch (const std::system_error& error) {
    state_.warnings.warn("thread", std::string("no thread for a connection: ") + error.what());
  }
}

bool Server::Impl::make_room_for(const Peer& peer, bool trusted, const Door& door, GSocket* socket) {
  if (few_descriptors_left(socket)) return closed(peer, "too few file descriptors are left");
  // A connection that has to go is gone a moment later. If that takes longer, there may be this many more of
  // them.
  if (connections_.size() >= door.max_connections + door.max_unpublished_connections)
    return closed(peer, "too many connections");

  const std::string network = network_of(peer, trusted);
  const auto waits = [](const Connection& c) { return c.waiting(); };
  const auto waits_from_there = [&](const Connection& c) { return c.waiting() && c.network() == network; };
  Census census = take_census(network);
  const auto dismissed = [&](const auto& meant) {
    if (!dismiss(meant, network)) return false;
    --census.all;
    --census.waiting;
    return true;
  };
  if (census.from_there >= door.max_connections_per_address && !dismissed(waits_from_there))
    return closed(peer, kTooManyFromThere);
  if (census.all >= door.max_connections && !dismissed(waits)) return closed(peer, "too many connections");
  if (census.waiting >= door.max_unpublished_connections) (void)dismissed(waits);
  return true;
}

// All at once, because there may be thousands, and as many strangers in a second.
Server::Impl::Census Server::Impl::take_census(const std::string& network) const {
  Census census;
  for (const Connection& connection : connections_) {
    if (connection.cancelled()) continue;
    ++census.all;
    if (connection.waiting()) ++census.waiting;
    if (connection.network() == network) ++census.from_there;
  }
  return census;
}

// Ends the connection that has to go for a newcomer, among those that `meant` accepts. Returns false if none
// can.
template <class Meant>
bool Server::Impl::dismiss(const Meant& meant, const std::string& newcomer) {
  std::vector<Connection*> waiting;
  std::vector<EvictionCandidate> candidates;
  for (Connection& connection : connections_) {
    if (!meant(connection)) continue;
    waiting.push_back(&connection);
    candidates.push_back(connection.as_candidate());
  }
  const auto goes = choose_evicted(candidates, newcomer, GioStream::Clock::now());
  if (goes) waiting[*goes]->cancel();
  return goes.has_value();
}

Server::Server(ServerConfig config, Logger& logger)
    : impl_(std::make_unique<Impl>(std::move(config), logger)) {}
Server::~Server() { stop(); }
Result<void> Server::start() { return impl_->start(); }
void Server::stop() { impl_->stop(); }
std::uint16_t Server::port() const { return impl_->port(); }
std::shared_ptr<const PortCounters> Server::counters() const { return impl_->counters(); }
Result<void> Server::claim(MountSpec spec, MountDelegate& delegate) {
  auto claimed = impl_->mounts().claim(std::move(spec), delegate);
  impl_->wake();
  return claimed;
}
void Server::finish(MountDelegate& delegate) { impl_->mounts().finish(delegate); }
bool Server::dismiss(MountDelegate& delegate, Dismissal how) {
  return impl_->mounts().dismiss(delegate,
                                 how == Dismissal::kStayAway ? ErrorCode::kTurnedOut : ErrorCode::kSentBack);
}
void Server::set_accepting(MountDelegate& delegate, Accepting accepting) {
  impl_->mounts().set_accepting(delegate, accepting);
  impl_->wake();
}
bool Server::request_reconnect(MountDelegate& delegate, const std::string& url) {
  return impl_->mounts().request_reconnect(delegate, url);
}
Result<void> Server::set_certificate(TlsCertificate certificate) {
  if (!impl_->tls().certificate())
    return Error{ErrorCode::kBadCertificate, "the port has no TLS, which begins with a start alone"};
  if (auto checked = check_certificate(certificate.get()); !checked) return checked;
  impl_->tls().set_certificate(std::move(certificate));
  return {};
}
std::string Server::owner() const { return impl_->mounts().owner(); }
TlsCertificate Server::certificate() const { return impl_->tls().certificate(); }
void Server::has_room(MountDelegate& delegate) { impl_->mounts().has_room(delegate); }
void Server::release(MountDelegate& delegate) {
  impl_->release(delegate);
  impl_->wake();
}

}  // namespace rtmp
