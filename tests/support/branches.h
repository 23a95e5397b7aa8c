// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace rtmp::test {

/// What a sink of a pipeline has received.
struct SinkRecord {
  struct Frame {
    GstClockTime pts;
    GstClockTime dts;
    std::string bytes;
  };
  std::string name;  // of the demuxer's pad
  std::vector<Frame> frames{};
  std::vector<std::string> caps{};
};

/// Links each pad that a demuxer adds, and records what arrives at the end of its branch.
class Branches {
 public:
  /// Returns, in gst-launch's language, the branch for a pad of this name, up to a sink named "sink".
  using Description = std::function<std::string(const std::string& pad)>;

  /// `pipeline` has an element named "demux". It must be stopped before this is deleted.
  Branches(GstElement* pipeline, Description description);
  ~Branches();
  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;

  /// One for each pad, in the order in which they came. They are complete once the pipeline has posted EOS.
  [[nodiscard]] std::vector<SinkRecord> records() const;

 private:
  struct Branch {
    Branches* owner;
    SinkRecord record;
  };
  void add(GstPad* source);
  static GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer branch);

  GstElement* pipeline_;
  GstElement* demux_;
  Description description_;
  gulong handler_;
  mutable std::mutex mutex_;
  std::deque<Branch> branches_;
};

/// Records in `record` what arrives at `pad`, in any thread. Nothing may read it meanwhile.
void record_arrivals(GstPad* pad, SinkRecord* record);
/// The same of the sink of that name in a pipeline. (A sink's own count, "rendered", begins anew with a
/// second segment from GStreamer 1.26 on.)
void record_arrivals(GstElement* pipeline, const char* sink, SinkRecord* record);

}  // namespace rtmp::test
