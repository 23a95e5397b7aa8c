// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "authenticator.h"
#include "eviction.h"
#include "gio_stream.h"
#include "guesses.h"
#include "handshake_turns.h"
#include "memory_budget.h"
#include "mount_table.h"
#include "repeated_warnings.h"
#include "rtmp/server.h"
#include "session.h"
#include "tls_stream.h"

namespace rtmp {

/// What the connections of a server share.
struct ServerState {
  const ServerConfig config;
  Logger& logger;
  MountTable mounts{};
  Authenticator authenticator{};
  Guesses guesses{};
  RepeatedWarnings warnings{logger};
  MemoryBudget budget{limits::kOpenBytesPerConnection, [this] { return mounts.door().max_connections; }};
};

/// One accepted socket, its session, and the thread that runs it.
class Connection final : private SessionHandler, private Publisher {
 public:
  /// Starts the thread, the last act of which is to call `done`. The state must outlive the connection.
  /// `trusted`: where it comes from is no one place.
  Connection(GObjectPtr<GSocket> socket, ServerState& server, bool trusted,
             std::function<void(Connection&)> done);
  /// Cancels, and joins.
  ~Connection() override;

  /// Makes it end soon: a publisher is told that this side stops, anybody else is not. From any thread.
  void stop();
  /// Makes it end at once. Does not block; from any thread.
  void cancel() {
    stream_.cancel();
    turn_.give_back();
  }
  [[nodiscard]] bool cancelled() const { return stream_.cancelled(); }

  /// Whether the thread has done its work, or does it before `deadline`: joining it does not block then.
  [[nodiscard]] bool finished(Clock::time_point deadline = {}) const {
    return finished_.wait_until(deadline) == std::future_status::ready;
  }
  /// Whether a publisher need not be told any more that its stream is over, or is before `deadline`.
  [[nodiscard]] bool told(Clock::time_point deadline) const {
    const State state = state_;
    return (state != State::kPublishing && state != State::kDismissed) ||
           told_.wait_until(deadline) == std::future_status::ready;
  }
  /// Whether it has yet to publish, and may.
  [[nodiscard]] bool waiting() const { return state_ != State::kPublishing && !stream_.cancelled(); }
  /// Until when a server that stops, has told everybody at `stopped`, and has to be done by `end`, should let
  /// the peer close the connection first.
  [[nodiscard]] Clock::time_point let_close_by(Clock::time_point stopped, Clock::time_point end) const;
  /// Where it comes from, see network_of(); a place of its own if it is trusted.
  [[nodiscard]] const std::string& network() const { return network_; }
  /// How it is seen while it is waiting(). Points into this.
  [[nodiscard]] EvictionCandidate as_candidate();

 private:
  enum class State {
    kIdle,  // it has not published yet, or its stream has ended otherwise than by the next two
    kPublishing,
    kLeaving,    // it has said that it is done
    kDismissed,  // its stream was ended by this side
  };

  void run();
  Error converse();
  Result<void> secure(TlsStream& tls);
  void log_end(const Error& end);
  bool pay(const std::string& trusted_place, const Guesses::Secret& secret);
  std::optional<Authenticator::Answer> log_in(const QueriedName& sent, std::span<const Credentials> known);
  void before_read();
  void delay_refusal();
  void reach(Stage stage);

  void handshake_done() override { reach(Stage::kGreeted); }
  ConnectAnswer answer_connect(const PublishRequest& request, std::string_view app) override;
  PublishAnswer answer_publish(const PublishRequest& request) override;
  void tag(Tag tag) override;
  void holds(std::size_t bytes) override { account_->set(bytes); }
  void publish_ended(EndReason reason) override;

  Error ends(Error why) override;

  void end(ErrorCode why) override { stream_.interrupt(why); }
  void wake() override { stream_.wake(); }
  [[nodiscard]] Life life() const override;
  [[nodiscard]] bool is_gone() override { return stream_.is_gone(); }
  void set_contested(bool contested) override { contested_ = contested; }
  Woken wait(Clock::time_point time) override { return stream_.wait_for_wake(time); }

  const Peer peer_;
  const bool trusted_;
  const std::string network_;
  std::atomic<Stage> stage_{Stage::kSilent};  // the last that it came to, and when
  std::atomic<GioStream::Clock::time_point> since_{GioStream::Clock::now()};
  GioStream stream_;
  HandshakeTurns::Turn turn_{HandshakeTurns::shared(), network_, [this] { stream_.cancel(); }};
  ServerState& server_;
  const std::function<void(Connection&)> done_;
  std::optional<MemoryBudget::Account> account_;        // while it converses
  std::optional<Credentials> login_;                    // that it has proved to have
  MountTable::Mount* mount_ = nullptr;                  // while publishing; the reader thread's, as the next
  bool published_ = false;                              // ever
  std::shared_ptr<const ConnectionCounters> counters_;  // since then
  std::uint64_t steps_ = 0;                             // of its media that have been seen, see Life
  std::atomic<Clock::time_point> alive_{};
  std::atomic<bool> held_up_{false};  // by its delegate
  std::atomic<bool> contested_{false};
  std::atomic<State> state_{State::kIdle};
  std::atomic<Clock::time_point> ended_{};  // when its last stream did
  std::promise<void> tell_;
  std::future<void> told_{tell_.get_future()};
  std::promise<void> finish_;
  std::future<void> finished_{finish_.get_future()};
  std::thread thread_;
};

}  // namespace rtmp
