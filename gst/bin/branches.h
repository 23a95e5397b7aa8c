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

/// The values of the bin's own properties.
struct BinSettings {
  guint max_publishers = 1;  // 0: as many as the port may have connections
  bool isolate_errors = false;
};

/// The publishers of a bin. If there is one at a time, it has its branch from the start. If there may be
/// several, they come through an entrance, and each has a branch until its stream has ended.
class Branches final : private Branch::Owner {
 public:
  explicit Branches(GstBin* bin);
  ~Branches() override;
  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;

  // These are called with the bin's state lock, in this order.

  /// Called before the children go to PAUSED. Posts an error if it returns false.
  bool start(const Settings& settings, const BinSettings& bin_settings);
  /// The bin and its children have reached this state: PAUSED or PLAYING.
  void settle(GstState state);
  /// Called before the children go to READY. No publisher comes any more.
  void leave();
  /// Called after that.
  void stop();

  // Any thread may call these.

  /// Ends all streams. No publisher comes any more.
  void end();
  void set_latency(guint ms);
  /// From now on handshakes use this certificate. Posts a warning if it cannot be used.
  void set_certificate(const TlsCertificate& certificate);
  void set_accepting(bool accepting);
  /// Asks all publishers to reconnect. Returns whether there is one.
  bool request_reconnect(const gchar* url);
  /// Ends the publisher with this number. Returns whether there is one.
  bool dismiss(guint number, Dismissal how);
  /// Returns whether a message of a child is not for the application. Posts what the application is told
  /// instead.
  bool keeps(GstMessage* message);
  [[nodiscard]] bool publishing() const;
  /// Returns the port. 0 while it does not listen.
  [[nodiscard]] guint port() const;
  /// Returns a new structure, which the caller owns.
  [[nodiscard]] GstStructure* stats() const;

 private:
  using BranchPtr = std::shared_ptr<Branch>;

  [[nodiscard]] bool several() const { return bin_settings_.max_publishers != 1; }
  bool open_entrance(const Settings& settings);
  bool admit(const PublishRequest& request);
  std::shared_ptr<Branch> new_branch(guint number, const Settings& settings);
  [[nodiscard]] bool has_branch_of(const std::string& name) const;
  [[nodiscard]] bool is_full(std::size_t most) const;
  [[nodiscard]] Settings current_settings() const;
  /// Gives a branch that has been made with `has` what has been set since.
  void set_what_has_changed(const Branch& branch, Settings has);
  void accepted() override;
  void turned_away(const PublishRequest& request, Rejection why) override { totals_.rejected(request, why); }
  void drained(Branch& branch) override;
  void finish(const BranchPtr& branch);
  [[nodiscard]] std::list<BranchPtr> all() const;
  /// Returns the branch of a bin that takes one publisher at a time. Null if it takes several, or has
  /// stopped.
  [[nodiscard]] BranchPtr only() const;

  GstBin* const bin_;
  Statistics totals_;
  Announcements announcements_;

  // Held while the bin starts, and while a branch is made, or is taken to another state. GStreamer calls
  // handlers of the application meanwhile, and these may set properties. Taken before the others.
  std::mutex admission_;

  mutable std::mutex settings_mutex_;  // guards the next three
  Settings settings_;
  std::optional<ServerConfig> config_;  // that of the entrance
  std::unique_ptr<Entrance> entrance_;  // set if there may be several publishers

  mutable std::mutex mutex_;  // guards what follows; no call that may call back is made with it
  std::condition_variable changed_;
  BinSettings bin_settings_;  // start() alone sets this: until stop() it is read without the mutex, too
  std::list<BranchPtr> branches_;
  bool admits_ = false;
  bool ends_ = false;  // there was an EOS event, so no further publisher has a place
  guint port_ = 0;     // the port of the entrance
  GstState state_ = GST_STATE_READY;
  const Branch* beginning_ = nullptr;  // the branch that admit() makes now
  guint next_number_ = 0;
  guint64 accepted_ = 0;
  unsigned finishing_ = 0;  // how many threads finish a branch
};

}  // namespace rtmp
