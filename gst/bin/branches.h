// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "branch.h"
#include "entrance.h"
#include "settings.h"
#include "statistics.h"

namespace rtmp {

/// What the bin's own properties say.
struct BinSettings {
  guint max_publishers = 1;  // 0: as many as there may be connections
  bool isolate_errors = false;
};

/// The publishers of a bin. One publisher has its branch from the start. If there may be several, they come
/// through an entrance, and each has a branch until its stream has ended.
class Branches final : private Branch::Owner {
 public:
  explicit Branches(GstBin* bin);
  ~Branches() override;
  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;

  // With the bin's state lock, in this order.

  /// Before the bin takes its children to PAUSED. Posts an error if it returns false.
  bool start(const Settings& settings, const BinSettings& bin_settings);
  /// The bin and its children have come to this state: PAUSED or PLAYING.
  void settle(GstState state);
  /// Before the bin takes its children to READY: nobody comes any more.
  void leave();
  /// Behind that.
  void stop();

  // From any thread.

  /// Ends all streams, and nobody comes any more.
  void end();
  void set_latency(guint ms);
  /// Ends the publisher of that number. Returns whether there is one.
  bool dismiss(guint number, Dismissal how);
  /// Whether a message of a child is no concern of the application. What it is told instead is posted.
  bool keeps(GstMessage* message);
  [[nodiscard]] bool publishing() const;
  /// 0: it does not listen.
  [[nodiscard]] guint port() const;
  /// The caller owns it.
  [[nodiscard]] GstStructure* stats() const;

 private:
  using BranchPtr = std::shared_ptr<Branch>;

  [[nodiscard]] bool several() const { return bin_settings_.max_publishers != 1; }
  bool open_entrance();
  bool admit(const PublishRequest& request);
  std::shared_ptr<Branch> new_branch(guint number, const Settings& settings);
  [[nodiscard]] bool has_branch_of(const std::string& name) const;
  [[nodiscard]] bool is_full() const;
  void accepted() override;
  void turned_away(const PublishRequest& request, Rejection why) override { totals_.rejected(request, why); }
  void drained(Branch& branch) override;
  void finish(const BranchPtr& branch);
  [[nodiscard]] std::list<BranchPtr> all() const;

  GstBin* const bin_;
  Settings settings_;
  BinSettings bin_settings_;
  Statistics totals_;
  Announcements announcements_;
  std::optional<ServerConfig> config_;  // of the entrance, as it listens
  std::unique_ptr<Entrance> entrance_;  // there may be several publishers

  std::mutex admission_;  // held while a branch is made, or is taken to another state; taken before the next

  mutable std::mutex mutex_;  // guards what follows; nothing is called with it that may call back
  std::condition_variable changed_;
  std::list<BranchPtr> branches_;
  bool admits_ = false;
  bool ends_ = false;     // there was an EOS event: nobody else has a place
  guint latency_ms_ = 0;  // of those that come next
  guint port_ = 0;        // of the entrance
  GstState state_ = GST_STATE_READY;
  const Branch* beginning_ = nullptr;  // that admit() makes now
  guint next_number_ = 0;
  guint64 accepted_ = 0;
  unsigned finishing_ = 0;  // threads
};

}  // namespace rtmp
