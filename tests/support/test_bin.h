// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {

/// A pipeline with an rtmp2serverbin named "bin", and what came of it. Each pad gets a branch of its own,
/// which is beside the bin and goes with the pad.
class TestBin {
 public:
  /// What is behind a pad of that name, in gst-launch's language; "" leaves it without a link.
  using Branch = std::function<std::string(const std::string& pad)>;
  static std::string fakesink(const std::string&) { return "fakesink sync=false async=false"; }

  /// With properties in gst-launch's language; the port is 0 unless given.
  explicit TestBin(const std::string& properties = "", Branch branch = fakesink);
  ~TestBin();
  TestBin(const TestBin&) = delete;
  TestBin& operator=(const TestBin&) = delete;

  GstStateChangeReturn pause() { return gst_element_set_state(pipeline_, GST_STATE_PAUSED); }
  GstStateChangeReturn play() { return gst_element_set_state(pipeline_, GST_STATE_PLAYING); }
  /// To NULL; returns how long it took, in ms.
  double stop();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] GstElement* bin() const { return bin_; }
  [[nodiscard]] GstElement* pipeline() const { return pipeline_; }

  /// What has happened, a line each: "publisher-added 0 live cam1", "added video_0_0", "eos video_0_0",
  /// "removed video_0_0", "publisher-removed 0 live cam1 closed".
  [[nodiscard]] std::vector<std::string> story() const;
  /// Blocks until there is such a line, or so many of them; false after 20 s.
  bool wait_for(const std::string& line, std::ptrdiff_t count = 1);
  /// Blocks until so many frames have come out of a pad; false after 20 s.
  bool wait_for_frames(const std::string& pad, std::size_t count);

  /// Blocks until so many GAP events have come out of a pad; false after 20 s.
  bool wait_for_gaps(const std::string& pad, std::size_t count);

  /// What came out of a pad of that name.
  struct Pad {
    std::vector<std::string> frames{};
    std::vector<std::string> caps{};
    std::vector<std::pair<GstClockTime, GstClockTime>> gaps{};  // where each begins and ends
    std::string stream_id{};
    std::string stream{};    // the id of the GstStream
    std::string location{};  // the tag
  };
  [[nodiscard]] Pad pad(const std::string& name) const;
  /// The structure of the last `publisher-added`, in GStreamer's text form; "" before.
  [[nodiscard]] std::string publisher() const;

 private:
  void on_pad_added(GstPad* pad);
  void on_pad_removed(GstPad* pad);
  void on_publisher(const char* what, const GstStructure* publisher);
  static GstPadProbeReturn on_data(GstPad* pad, GstPadProbeInfo* info, gpointer self);
  void keep(Pad& pad, const std::string& name, GstEvent* event);
  void add(std::string line);

  Branch branch_;
  GstElement* pipeline_;
  GstElement* bin_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> story_;
  std::string publisher_;
  std::map<std::string, Pad> pads_;
};

/// Publishes to "live" with that key, until so many frames have come out of the pads with that number.
void start_publisher(TestBin& bin, TcpPublisher& publisher, const std::string& key, int number,
                     std::size_t frames = 5);

}  // namespace rtmp::test
