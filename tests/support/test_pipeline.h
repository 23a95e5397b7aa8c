// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace rtmp::test {

/// How a pipeline has ended.
struct Told {
  GstMessageType type;  // EOS, ERROR, or UNKNOWN if it has not ended
  std::string who;      // the name of the element
  std::string what;     // "eos", the text of the error, or "nothing"
};
/// Waits on the bus for the end of a pipeline.
Told first_told(GstElement* pipeline, GstClockTime patience = 20 * GST_SECOND);

/// A pipeline with an rtmp2serversrc named "src". It records what the source pad pushes.
class TestPipeline {
 public:
  /// Takes the rest of the pipeline in gst-launch's language, and properties of the element. The default port
  /// is 0.
  explicit TestPipeline(const std::string& properties = "", const std::string& rest = "fakesink sync=false");
  ~TestPipeline();

  void play();
  /// Sets the pipeline to NULL. Returns how long that took, in ms.
  double stop();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] GstElement* src() const { return src_; }
  [[nodiscard]] GstElement* pipeline() const { return pipeline_; }
  void send_eos() { gst_element_send_event(pipeline_, gst_event_new_eos()); }

  /// Returns the `what` of first_told().
  std::string wait() { return first_told(pipeline_).what; }
  /// Returns whether EOS has left the source pad.
  [[nodiscard]] bool pushed_eos() const;

  /// A pushed buffer, with its bytes.
  struct Pushed {
    std::string bytes;
    GstClockTime pts;
    GstClockTime dts;
    guint64 offset;
    guint flags;
    std::chrono::steady_clock::time_point at;

    // Of a tag.
    [[nodiscard]] std::string body() const { return bytes.substr(11, bytes.size() - 15); }
    [[nodiscard]] std::uint32_t timestamp() const;
  };
  /// Blocks until this many buffers were pushed. Returns false after 20 s.
  bool wait_for_buffers(std::size_t count);
  /// Counts the buffers of the nth publisher, with keep-listening and if each has sent something.
  bool wait_for_buffers_of(std::size_t publisher, std::size_t count);
  [[nodiscard]] std::vector<Pushed> pushed() const;
  /// Forgets what was pushed until now.
  void forget_pushed();
  /// The bytes of all buffers.
  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] std::vector<GstSegment> segments() const;
  /// A GAP event, and the running time at which it was pushed.
  struct Gap {
    GstClockTime start;
    GstClockTime duration;
    GstClockTime running_time;
  };
  /// Blocks until this many GAP events were pushed. Returns false after 20 s.
  bool wait_for_gaps(std::size_t count);
  [[nodiscard]] std::vector<Gap> gaps() const;

  /// While it is blocked, a push from the source pad does not return. stop() unblocks it.
  void block();
  void unblock();
  /// Blocks until a push is held up.
  bool wait_blocked();

 private:
  static GstPadProbeReturn on_data(GstPad*, GstPadProbeInfo* info, gpointer self);
  void add(GstBuffer* buffer);

  GstElement* pipeline_;
  GstElement* src_;
  GstPad* pad_;
  gulong block_probe_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Pushed> pushed_;
  std::vector<GstSegment> segments_;
  std::vector<Gap> gaps_;
  bool eos_ = false;
  bool blocked_ = false;
};

}  // namespace rtmp::test
