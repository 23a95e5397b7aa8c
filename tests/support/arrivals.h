// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "test_pipeline.h"

namespace rtmp::test {

/// Records what arrives at a sink of a pipeline. The pipeline must outlive it, and is stopped when it is
/// deleted.
class Arrivals {
 public:
  struct Frame {
    GstClockTime pts;
    std::string bytes;

    friend bool operator==(const Frame&, const Frame&) = default;
  };
  using Frames = std::vector<Frame>;

  /// Listens at the sink of that name.
  Arrivals(TestPipeline& pipeline, const char* sink);
  ~Arrivals();
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  /// Blocks until there are this many frames. Returns false after 20 s.
  bool wait_for(std::size_t count);
  [[nodiscard]] Frames frames() const;
  /// All caps that came, in order.
  [[nodiscard]] std::vector<std::string> caps() const;

 private:
  static GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer self);

  TestPipeline& pipeline_;
  GstPad* pad_;
  gulong probe_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Frames frames_;
  std::vector<std::string> caps_;
};

}  // namespace rtmp::test
