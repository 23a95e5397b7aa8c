// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "branch_pads.h"
#include "inner_source.h"

namespace rtmp {

/// The part of a bin that belongs to one publisher: a source and a demuxer, with a queue and a thread of
/// their own, and their pads.
class Branch final : private PublishObserver {
 public:
  struct Setup {
    GstBin* bin;
    guint number;
    const Announcements& announcements;    // those of the bin
    Settings settings;                     // of the source
    bool hides_key;                        // the log must not show the stream key
    std::optional<ServerConfig> config{};  // that of an entrance, which has asked the application already
  };
  /// Tells the bin what happens in the branch.
  class Owner {
   public:
    virtual ~Owner() = default;
    // Reader threads call these.
    virtual void accepted() = 0;
    virtual void turned_away(const PublishRequest& request, Rejection why) = 0;
    /// The streaming thread calls this: the source is about to push EOS.
    virtual void drained(Branch& branch) = 0;
  };

  /// Adds the elements to the bin.
  Branch(Setup setup, Owner& owner);
  ~Branch() override;
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  /// Sets the state of its elements, unless close() has removed them. Returns false if the source cannot
  /// start.
  bool set_state(GstState state);
  /// The bin stops: from now on each call of the application returns soon, and wait_for_eos() does not wait
  /// for the pads.
  void leave();
  /// Ends the stream after the data that has come, as an EOS event that is sent to a source does.
  void end();
  /// Blocks until the streaming thread has pushed EOS, which it must be about to push, or has stopped.
  void wait_for_eos();
  /// Removes the elements and their pads from the bin. The streaming thread must not be blocked.
  void close();
  /// Tells the application that its publisher has gone, if the application knows of the publisher.
  void tell_removed();

  [[nodiscard]] guint number() const { return setup_.number; }
  [[nodiscard]] GstElement* source() const { return source_; }
  /// Returns what it takes: application and stream key.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Returns whether it takes no more publishers.
  [[nodiscard]] bool is_over() const { return over_; }

 private:
  // Reader threads and the thread that stops the source call these.
  bool allows(const PublishRequest& request) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void warned(const Error& what) override;
  void starting() override;
  void stopping() override;
  void publish_started(const PublishRequest& request) override;
  bool described(const PublishRequest& request, const Metadata& metadata) override;
  void publish_ended(const PublishRequest& request, EndReason reason) override;

  static GstPadProbeReturn on_event(GstPad* pad, GstPadProbeInfo* info, gpointer self);
  void name_stream(GstPad* pad);
  [[nodiscard]] bool has_entrance() const { return setup_.config.has_value(); }
  [[nodiscard]] GstElement* bin() const { return GST_ELEMENT(setup_.bin); }

  const Setup setup_;
  Owner& owner_;
  const std::string name_;
  GstElement* const source_;
  GstElement* const demux_;
  Announcements& announcements_;
  std::unique_ptr<BranchPads> pads_;
  std::atomic<bool> over_{false};
  std::atomic<bool> stopping_{false};
  bool named_ = false;    // the streaming thread has named the stream
  bool drained_ = false;  // the streaming thread has told that EOS comes

  std::mutex mutex_;                 // guards what follows
  PublishRequest publisher_{};       // the publisher in place, or the last one
  std::optional<EndReason> reason_;  // why its stream has ended
  bool told_ = false;                // the application knows of the publisher
};

/// Returns application and stream key as one text. A publisher may put the boundary between them elsewhere.
std::string branch_name(const std::string& application, const std::string& stream_key);

}  // namespace rtmp
