// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "metadata_news.h"
#include "publish_observer.h"
#include "rtmp/server.h"
#include "settings.h"
#include "stream_counters.h"
#include "tag_queue.h"

namespace rtmp {

/// A claim on a server. The tags of its publishers go from the reader thread to the streaming thread:
///
///   reader thread       publish_started() tag() flush() publish_ended()  ->  queue
///   streaming thread    queue  ->  next()
class Ingest final : private MountDelegate {
 public:
  using Observers = std::vector<PublishObserver*>;
  /// `mount` is that of the settings. The observers are told of each event in their order. They and the
  /// counters must outlive the Ingest.
  Ingest(const Settings& settings, MountSpec mount, Observers observers, StreamCounters& counters);
  ~Ingest() override;

  /// Claims a mount on the server for `config`, as Server::share() does. Blocks as that does.
  Result<void> start(const ServerConfig& config, Logger& logger);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// Returns the server, once it has started.
  [[nodiscard]] std::shared_ptr<Server> server() const { return server_; }

  // Only the streaming thread calls these.

  enum class Next { kTags, kEnd, kInterrupted, kNobody, kSilence };
  /// Blocks until there are tags, which it appends to `out`, until the stream has ended, or until
  /// interrupt(). With `patience` it blocks no longer than that. Then it returns kNobody if nobody publishes,
  /// or kSilence if the publisher in place sends nothing. `kept` is the memory of earlier tags that the
  /// caller still has, in bytes.
  Next next(std::vector<PublishedTag>& out, std::size_t kept,
            std::optional<std::chrono::milliseconds> patience);
  /// Returns whether anybody has published since the start.
  [[nodiscard]] bool has_published() const { return published_; }

  // Any thread may call these. They do not block.
  void interrupt();
  void resume();
  /// Ends the publisher in place. Returns whether there is one.
  bool dismiss(Dismissal how) { return server_->dismiss(*this, how); }
  /// Asks the publisher in place to reconnect. Returns whether there is one.
  bool request_reconnect(const std::string& url) { return server_->request_reconnect(*this, url); }
  void set_accepting(Accepting accepting) { server_->set_accepting(*this, accepting); }
  /// Ends the stream, after start(): its publisher is told that this side stops, and no other publisher is
  /// accepted. next() returns kEnd after the tags that are queued.
  void end();

 private:
  bool allows(const PublishRequest& request) override;
  void publish_started(const PublishRequest& request) override;
  void tag(Tag&& tag) override;
  void flush() override;
  void tell_tags(std::span<const PublishedTag> tags);
  bool tell_metadata(const Metadata& metadata);
  void leave_out(Tag tag, Counter& counter);
  void hand_over();
  bool publish_ended(EndReason reason) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void warned(const Error& what) override;
  void set_ahead(Ahead ahead) override { queue_.set_ahead(ahead); }
  bool has_room() override { return queue_.has_room(); }

  bool wait_until_told();

  const Observers observers_;
  StreamCounters& counters_;
  TagQueue queue_;
  const MountSpec mount_;
  const bool keep_listening_;
  std::atomic<bool> published_{false};   // a client has published
  std::atomic<bool> publishing_{false};  // a client publishes now
  // The thread of the publisher in place uses what follows.
  PublishRequest publisher_{};
  bool first_tag_ = false;     // the next tag is the first of its publisher
  bool has_metadata_ = false;  // the publisher has sent metadata
  MetadataNews metadata_{[this](const Metadata& metadata) { return tell_metadata(metadata); }};
  std::shared_ptr<Server> server_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool untold_ = false;  // the observers have not been told of the end of a publisher that began
  bool interrupted_ = false;
};

}  // namespace rtmp
