// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "authenticator.h"
#include "eviction.h"
#include "gio_stream.h"
#include "guesses.h"
#include "handshake_turns.h"
#include "limit_watch.h"
#include "memory_budget.h"
#include "mount_table.h"
#include "repeated_warnings.h"
#include "rtmp/server.h"
#include "session.h"
#include "tls_identity.h"
#include "tls_stream.h"

namespace rtmp {

/// Why a connection is closed whose address a port does not let in.
inline constexpr const char* kNotAllowed = "the address is in no allowed network";

/// The state that all connections of a server share.
struct ServerState {
  const ServerConfig config;
  Logger& logger;
  MountTable mounts{};
  Authenticator authenticator{};
  Guesses guesses{};
  RepeatedWarnings warnings{logger};
  TlsIdentity tls{{config.certificate, config.authorities},
                  config.tls_files,
                  {[this](const std::string& what) { logger.log(LogLevel::kInfo, "renewed: " + what); },
                   [this](const Error& why) { tls_stays(why); }}};
  MemoryBudget budget{limits::kOpenBytesPerConnection, [this] { return mounts.door().max_connections; }};

  void tls_stays(const Error& why);
};

/// An accepted socket with its session, and the thread that runs the session.
class Connection final : private SessionHandler, private Publisher {
 public:
  /// Whose connection the socket is.
  enum class Origin {
    kClient,
    kTrusted,  // many clients share the address
    kProxy,    // of a balancer, whose header says which client it is
  };
  /// The thread of the connection tells its owner of these.
  class Owner {
   public:
    virtual ~Owner() = default;
    /// The balancer has named its client. The network is that of the client, and set_network() has yet to be
    /// called.
    virtual void named(Connection& connection, const Peer& client, std::string network) = 0;
    /// The last thing that the thread does.
    virtual void finished(Connection& connection) = 0;
  };

  /// Starts the thread. The state and the owner must outlive the connection.
  Connection(GObjectPtr<GSocket> socket, ServerState& server, Origin origin, Owner& owner);
  /// Cancels the session and joins the thread.
  ~Connection() override;

  /// Makes the connection end soon. A publisher is told that this side stops; other clients are not. Any
  /// thread may call it. Does not block.
  void stop();
  /// Makes the connection end at once. Any thread may call it. Does not block.
  void cancel() {
    stream_.cancel();
    turn_.give_back();
  }
  [[nodiscard]] bool cancelled() const { return stream_.cancelled(); }

  /// Blocks until `deadline` for the thread to finish. Returns true once it has; then joining it does not
  /// block.
  [[nodiscard]] bool finished(Clock::time_point deadline = {}) const {
    return finished_.wait_until(deadline) == std::future_status::ready;
  }
  /// Blocks until `deadline` for the goodbye to be written. Returns true once it is, or if none is needed.
  [[nodiscard]] bool told(Clock::time_point deadline) const {
    const State state = state_;
    return (state != State::kPublishing && state != State::kDismissed) ||
           told_.wait_until(deadline) == std::future_status::ready;
  }
  /// Returns whether the connection does not publish, and has not been cancelled.
  [[nodiscard]] bool waiting() const { return state_ != State::kPublishing && !stream_.cancelled(); }
  /// Returns until when a server that stops should let the peer close the connection first. The server told
  /// all publishers at `stopped`, and must be done by `end`.
  [[nodiscard]] Clock::time_point let_close_by(Clock::time_point stopped, Clock::time_point end) const;
  // Only the owner uses the network, in one thread.
  /// Returns the network of the peer, see network_of(). Until its client is known, that of a balancer is one
  /// of its own.
  [[nodiscard]] const std::string& network() const { return network_; }
  void set_network(std::string network) { network_ = std::move(network); }
  /// Describes a connection that is waiting(). The result has a view into this object.
  [[nodiscard]] EvictionCandidate as_candidate();

 private:
  enum class State {
    kIdle,  // it has not published yet, or its stream has ended in another way than the next two
    kPublishing,
    kLeaving,    // the publisher has said that it ends its stream
    kDismissed,  // this side has ended the stream
  };

  void run();
  Error converse();
  Result<void> learn_client();
  Result<bool> speaks_tls();
  Result<void> secure(TlsStream& tls);
  void log_end(const Error& end);
  bool pay(const std::string& trusted_place, const Guesses::Secret& secret);
  std::optional<Authenticator::Answer> log_in(const QueriedName& sent, std::span<const Credentials> known);
  void before_read();
  void delay_refusal();
  bool is_left_out(const Tag& tag);
  bool is_beyond(const Tag& tag);
  void reach(Stage stage);

  void handshake_done() override { reach(Stage::kGreeted); }
  ConnectAnswer answer_connect(const PublishRequest& request, std::string_view app) override;
  PublishAnswer answer_publish(const PublishRequest& request) override;
  void tag(Tag&& tag) override;
  void holds(std::size_t bytes) override { account_->set(bytes); }
  void publish_ended(EndReason reason) override;

  Error ends(Error why) override;
  std::optional<std::string> take_reconnect(bool understood) override;

  void end(ErrorCode why) override { stream_.interrupt(why); }
  void ask_to_reconnect(const std::string& url) override;
  void wake() override { stream_.wake(); }
  [[nodiscard]] Life life() const override;
  [[nodiscard]] bool is_gone() override { return stream_.is_gone(); }
  void set_contested(bool contested) override { contested_ = contested; }
  [[nodiscard]] bool is_let_in(const Door& door) const override { return door.lets_in(peer_.host); }
  Woken wait(Clock::time_point time) override { return stream_.wait_for_wake(time); }

  Peer peer_;  // only the thread of the connection uses these two
  bool trusted_;
  std::string network_;
  std::atomic<Stage> stage_{Stage::kSilent};  // the last stage that it has reached, and when
  std::atomic<GioStream::Clock::time_point> since_{GioStream::Clock::now()};
  GioStream stream_;
  HandshakeTurns::Turn turn_{HandshakeTurns::shared(), network_, [this] { stream_.cancel(); }};
  ServerState& server_;
  Owner& owner_;
  const bool by_proxy_;
  std::optional<MemoryBudget::Account> account_;        // while the session runs
  std::optional<Credentials> login_;                    // the credentials that the client has proved to have
  MountTable::Mount* mount_ = nullptr;                  // while it publishes; the reader thread uses it
  bool published_ = false;                              // the client has published before or does now
  std::shared_ptr<const ConnectionCounters> counters_;  // set since then
  std::uint64_t steps_ = 0;                             // the media_steps that were seen, see Life
  std::atomic<Clock::time_point> alive_{};
  std::atomic<bool> held_up_{false};  // the delegate blocks
  std::atomic<bool> contested_{false};
  std::atomic<bool> asked_to_reconnect_{false};  // and reconnect_to_ says where
  std::mutex reconnect_mutex_;
  std::string reconnect_to_;
  std::optional<LimitWatch> watch_;  // if the publisher has limits
  std::string beyond_;               // which of them it has passed
  bool leaves_ = false;              // it is closed at the next key frame
  bool has_left_ = false;            // that has come
  bool has_video_ = false;           // the publisher has sent video
  std::atomic<State> state_{State::kIdle};
  std::atomic<Clock::time_point> ended_{};  // when its last stream ended
  std::promise<void> tell_;
  std::future<void> told_{tell_.get_future()};
  std::promise<void> finish_;
  std::future<void> finished_{finish_.get_future()};
  std::thread thread_;
};

}  // namespace rtmp
