// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <string>

#include "queue_level.h"
#include "rates.h"
#include "rtmp/counters.h"
#include "rtmp/metadata.h"
#include "rtmp/publish.h"
#include "rtmp/tag.h"
#include "track_statistics.h"

namespace rtmp {

/// The element's statistics: of the publisher in place, or the last, and totals since it started.
/// Thread-safe.
class Statistics {
 public:
  /// All at 0 again.
  void reset();

  /// The connections of the port that the element listens on.
  void listening(std::shared_ptr<const PortCounters> port);
  void publish_started(const PublishRequest& request);
  /// Counts tags that have just come, as Burst::add() names them. It holds the lock: a burst of hundreds of
  /// tags takes that once, and reads the clocks once.
  class Burst {
   public:
    explicit Burst(Statistics& statistics) : statistics_(statistics), lock_(statistics.mutex_) {}
    ~Burst() {
      if (bytes_ > 0) statistics_.count_time(bytes_);
    }
    Burst(const Burst&) = delete;
    Burst& operator=(const Burst&) = delete;
    void add(const Tag& tag) { bytes_ += statistics_.count(tag); }

   private:
    Statistics& statistics_;
    std::lock_guard<std::mutex> lock_;
    std::size_t bytes_ = 0;
  };
  void described(const Metadata& metadata);
  void publish_ended();
  void rejected();

  [[nodiscard]] bool publishing() const {
    std::lock_guard lock(mutex_);
    return publishing_;
  }
  /// As the `stats` property documents it; the caller owns it.
  [[nodiscard]] GstStructure* to_structure() const;

  QueueLevel queue;
  // Tags that were left out: until a key frame, ends of sequence that are none, and metadata behind a
  // publisher's first.
  Counter before_key_frame;
  Counter ends_of_sequence;
  Counter repeated_metadata;
  // Of the publishers' clocks; and the last one, which is signed, in ms.
  Counter clock_corrections;
  Counter last_clock_correction;

 private:
  struct Kind {
    guint64 tags = 0;
    guint64 bytes = 0;
  };
  struct Stream {
    PublishRequest request{};  // without counters: nobody has published yet
    TrackTable video_tracks{};
    TrackTable audio_tracks{};
    guint width = 0;
    guint height = 0;
    double frame_rate = 0;  // as the metadata says
    FrameRate measured_rate{};
    Kind video, audio, script;
    guint64 key_frames = 0;
    guint64 nano_offsets = 0;
    gint64 last_tag = 0;  // g_get_real_time()
    Bitrate bitrate{};
  };

  std::size_t count(const Tag& tag);
  void count_time(std::size_t bytes);
  void take_tracks(const Tag& tag);

  mutable std::mutex mutex_;  // guards what follows
  Stream stream_{};
  bool publishing_ = false;
  std::shared_ptr<const PortCounters> port_;  // null: it has not listened yet
  guint64 accepted_ = 0;
  guint64 rejected_ = 0;
};

}  // namespace rtmp
