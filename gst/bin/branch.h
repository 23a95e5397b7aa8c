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

/// What of a bin belongs to one publisher: a source and a demuxer, with a queue and a thread of their own,
/// and their pads.
class Branch final : private PublishObserver {
 public:
  struct Setup {
    GstBin* bin;
    guint number;
    const Announcements& announcements;    // the bin's
    Settings settings;                     // of the source
    bool hides_key;                        // from the log
    std::optional<ServerConfig> config{};  // of an entrance, which has asked the application already
  };
  /// What the bin is told of it.
  class Owner {
   public:
    virtual ~Owner() = default;
    // In reader threads.
    virtual void accepted() = 0;
    virtual void turned_away(const PublishRequest& request, Rejection why) = 0;
    /// In the streaming thread: EOS is about to leave the source.
    virtual void drained(Branch& branch) = 0;
  };

  /// Adds the elements to the bin.
  Branch(Setup setup, Owner& owner);
  ~Branch() override;
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  /// Sets the state of its elements, unless close() has taken them. False if the source cannot start.
  bool set_state(GstState state);
  /// From now on each call of the application returns soon.
  void leave_calls_behind() { stopping(); }
  /// Ends the stream behind what has come, as an EOS event that is sent to a source.
  void end();
  /// Returns when the streaming thread has pushed EOS, which it is about to, or has stopped.
  void wait_for_eos();
  /// Takes the elements off the bin, and the pads with them. The streaming thread must not be blocked.
  void close();
  /// Tells the application that its publisher has gone, if it knows of it.
  void tell_removed();

  [[nodiscard]] guint number() const { return setup_.number; }
  [[nodiscard]] GstElement* source() const { return source_; }
  /// What it takes, as application and key.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Whether it takes no more publishers.
  [[nodiscard]] bool is_over() const { return over_; }

 private:
  // Reader threads and the thread that stops the source make these calls.
  bool allows(const PublishRequest& request) override;
  void rejected(const PublishRequest& request, Rejection why) override;
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
  bool named_ = false;    // the stream; the streaming thread's, as the next
  bool drained_ = false;  // and told so

  std::mutex mutex_;                 // guards what follows
  PublishRequest publisher_{};       // the one in place, or the last
  std::optional<EndReason> reason_;  // of its end
  bool told_ = false;                // the application knows of it
};

/// Application and key as one text, whose parts a publisher may divide elsewhere.
std::string branch_name(const std::string& application, const std::string& stream_key);

}  // namespace rtmp
