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

/// A claim on a server, and the way of its tags from the publisher's thread to the streaming thread:
///
///   reader thread       publish_started() tag() flush() publish_ended()  ->  queue
///   streaming thread    queue  ->  next()
class Ingest final : private MountDelegate {
 public:
  using Observers = std::vector<PublishObserver*>;
  /// `mount` is that of the settings. The observers are told of each event in their order. They and the
  /// counters must outlive it.
  Ingest(const Settings& settings, MountSpec mount, Observers observers, StreamCounters& counters);
  ~Ingest() override;

  /// Claims a mount of the server for `config`, as Server::share() does.
  Result<void> start(const ServerConfig& config, Logger& logger);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }

  // The streaming thread's.

  enum class Next { kTags, kEnd, kInterrupted, kNobody, kSilence };
  /// Blocks until there are tags, which it appends to `out`, or the stream has ended, or interrupt(). With
  /// `patience` it blocks no longer than that, and then says whether nobody publishes, or a publisher in
  /// place is silent. `kept` is the memory of earlier tags that the caller still has.
  Next next(std::vector<PublishedTag>& out, std::size_t kept,
            std::optional<std::chrono::milliseconds> patience);
  /// Whether anybody has published since the start.
  [[nodiscard]] bool has_published() const { return published_; }

  // From any thread.
  void interrupt();
  void resume();
  /// Ends the stream: the publisher is told to go, and nobody else may come. next() ends after the tags that
  /// are here. Once it has started.
  void end();

 private:
  bool allows(const PublishRequest& request) override;
  void publish_started(const PublishRequest& request) override;
  void tag(Tag tag) override;
  void flush() override;
  void tell_tags(std::span<const PublishedTag> tags);
  bool tell_metadata(const Metadata& metadata);
  void leave_out(Tag tag, Counter& counter);
  void hand_over();
  bool publish_ended(EndReason reason) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void set_ahead(Ahead ahead) override { queue_.set_ahead(ahead); }
  bool has_room() override { return queue_.has_room(); }

  bool wait_until_told();

  const Observers observers_;
  StreamCounters& counters_;
  TagQueue queue_;
  const MountSpec mount_;
  const bool keep_listening_;
  std::atomic<bool> published_{false};   // somebody, ever
  std::atomic<bool> publishing_{false};  // somebody, now
  PublishRequest publisher_{};           // one at a time, as what follows
  bool first_tag_ = false;               // is the next
  bool has_metadata_ = false;            // has been sent by it
  MetadataNews metadata_{[this](const Metadata& metadata) { return tell_metadata(metadata); }};
  std::shared_ptr<Server> server_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool untold_ = false;  // of a publisher that began, the observers do not know the end yet
  bool interrupted_ = false;
};

}  // namespace rtmp
