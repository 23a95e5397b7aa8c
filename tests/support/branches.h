// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace rtmp::test {

/// What a sink of a pipeline was given.
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

/// Links each pad that a demuxer adds, and keeps what arrives at the end of it.
class Branches {
 public:
  /// What is to follow a pad of that name in gst-launch's language, up to a sink named "sink".
  using Description = std::function<std::string(const std::string& pad)>;

  /// `pipeline` has an element named "demux", and has stopped when this goes.
  Branches(GstElement* pipeline, Description description);
  ~Branches();
  Branches(const Branches&) = delete;
  Branches& operator=(const Branches&) = delete;

  /// One for each pad, in the order in which they came; whole once the pipeline has posted EOS.
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

/// Records in `record` what arrives at `pad`, in whatever thread; nobody reads it meanwhile.
void record_arrivals(GstPad* pad, SinkRecord* record);

}  // namespace rtmp::test
