// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasesrc.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "codec_watch.h"
#include "flv_stream.h"
#include "ingest.h"
#include "settings.h"
#include "stream_counters.h"

namespace rtmp {

/// What the element's streaming thread does between start and stop: it takes tags from an Ingest, makes
/// buffers of them with FlvStream, and pushes these with their segment, caps and gaps. Only the streaming
/// thread uses it.
class StreamTask {
 public:
  /// `latency` is called in the streaming thread; it says how late a frame may come and still be in time.
  /// Element, ingest and counters must outlive the task.
  StreamTask(GstBaseSrc* element, const Settings& settings, Ingest& ingest, StreamCounters& counters,
             std::function<GstClockTime()> latency);

  /// As GstPushSrcClass.create(). Blocks until there is a buffer, or the stream ends (GST_FLOW_EOS), or the
  /// Ingest is interrupted (GST_FLOW_FLUSHING). Pushes gaps while it waits, and the first buffers of a burst.
  GstFlowReturn create(GstBuffer** buffer);

  /// The stream's caps; null before it begins.
  [[nodiscard]] GstCaps* caps() const { return stream_.caps(); }
  /// Which codecs create() has begun.
  [[nodiscard]] const CodecWatch& codecs() const { return codecs_; }

 private:
  struct Now {
    std::int64_t us;
    GstClockTime running_time;
  };

  GstFlowReturn wait_for_buffer();
  [[nodiscard]] Now now() const;
  void tell_time();
  void report_corrections();
  [[nodiscard]] bool has_pushed_segment() const;
  void push_gap(bool publishing);

  GstBaseSrc* element_;
  Ingest& ingest_;
  StreamCounters& counters_;
  const std::function<GstClockTime()> latency_;
  FlvStream stream_;
  CodecWatch codecs_;
  std::vector<PublishedTag> batch_;
  // How many corrections were logged in which second.
  std::int64_t log_second_ = 0;
  unsigned log_lines_ = 0;
};

}  // namespace rtmp
