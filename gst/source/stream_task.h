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

/// The work of the element's streaming thread between start and stop. It takes tags from an Ingest, makes
/// buffers of them with FlvStream, and pushes these with their segment, caps and gaps. Only the streaming
/// thread uses it.
class StreamTask {
 public:
  /// `latency` returns how late a frame may come and still be in time. The streaming thread calls it.
  /// Element, ingest and counters must outlive the task.
  StreamTask(GstBaseSrc* element, const Settings& settings, Ingest& ingest, StreamCounters& counters,
             std::function<GstClockTime()> latency);

  /// Does what GstPushSrcClass.create() should do. Blocks until there is a buffer, until the stream ends
  /// (GST_FLOW_EOS), or until the Ingest is interrupted (GST_FLOW_FLUSHING). Meanwhile it pushes gaps, and
  /// all buffers of a burst but the last. A buffer that was returned and not pushed is returned again.
  GstFlowReturn create(GstBuffer** buffer);
  /// To be called when the buffer that create() returned is pushed, before anybody downstream has it.
  void pushed() { unpushed_.reset(); }

  /// Returns the caps of the stream. Null before it begins.
  [[nodiscard]] GstCaps* caps() const { return stream_.caps(); }
  /// Returns which codecs create() has begun to push.
  [[nodiscard]] const CodecWatch& codecs() const { return codecs_; }

 private:
  struct Now {
    std::int64_t us;
    GstClockTime running_time;
  };

  GstFlowReturn wait_for_buffer();
  GstFlowReturn pop(GstBuffer** buffer);
  void set_segment(const GstSegment& segment);
  [[nodiscard]] GstClockTime running_time() const;
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
  BufferPtr unpushed_;           // what create() returned last, until it is pushed
  bool segment_is_new_ = false;  // the base class was given a segment that precedes this buffer
  // The second in which corrections were logged last, and how many.
  std::int64_t log_second_ = 0;
  unsigned log_lines_ = 0;
};

}  // namespace rtmp
