// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <span>

#include "publish_observer.h"
#include "rates.h"
#include "stream_counters.h"
#include "track_statistics.h"

namespace rtmp {

/// The element's statistics: those of the publisher in place, or of the last one, and totals since the
/// element started. Any thread may call any function.
class Statistics final : public PublishObserver {
 public:
  /// Sets everything to 0.
  void starting() override;
  void listening(std::shared_ptr<const PortCounters> port) override;
  void rejected(const PublishRequest& request, Rejection why) override;
  void publish_started(const PublishRequest& request) override;
  void tags(std::span<const PublishedTag> tags) override;
  bool described(const PublishRequest& request, const Metadata& metadata) override;
  void publish_ended(const PublishRequest& request, EndReason reason) override;

  [[nodiscard]] bool publishing() const {
    std::lock_guard lock(mutex_);
    return publishing_;
  }
  /// Returns a new structure, as documented for the `stats` property. The caller owns it.
  [[nodiscard]] GstStructure* to_structure() const;

  /// The counters that to_structure() shows. Others write them.
  StreamCounters counters;

 private:
  struct Kind {
    guint64 tags = 0;
    guint64 bytes = 0;
  };
  struct Stream {
    PublishRequest request{};  // its counters are null until somebody publishes
    TrackTable video_tracks{};
    TrackTable audio_tracks{};
    guint width = 0;
    guint height = 0;
    double frame_rate = 0;  // as in the metadata
    FrameRate measured_rate{};
    Kind video, audio, script;
    guint64 key_frames = 0;
    guint64 nano_offsets = 0;
    gint64 last_tag = 0;  // a time of g_get_real_time()
    Bitrate bitrate{};
  };

  void count(const Tag& tag);
  void take_tracks(const Tag& tag);

  mutable std::mutex mutex_;  // guards what follows
  Stream stream_{};
  bool publishing_ = false;
  std::shared_ptr<const PortCounters> port_;  // null until the element listens
  guint64 accepted_ = 0;
  guint64 rejected_ = 0;
};

}  // namespace rtmp
