// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rtmp::test {

/// What a program shows: it sends its picture and sound by RTMP to this, which decodes them as they come.
class ShownOutput {
 public:
  /// The places in the picture that are looked at, each as parts of its width and height.
  explicit ShownOutput(std::vector<std::pair<double, double>> places);
  ~ShownOutput();
  ShownOutput(const ShownOutput&) = delete;
  ShownOutput& operator=(const ShownOutput&) = delete;

  [[nodiscard]] std::string url() const;
  /// Blocks until it shows these colours, and has sound or silence, at the last match of this function or
  /// later. Fails after 20 s. The colours are a letter for each place: k (black), R, G, B, Y, M, C,
  /// W.
  testing::AssertionResult shows(const std::string& colours, bool sound);
  /// Blocks until this much more of the picture and of the sound has come. Returns false after twice the time
  /// and 20 s.
  bool goes_on_for(std::chrono::seconds time);
  /// All that it has shown, one word for each change: "kkkk- BBBB+ ", with + for sound.
  [[nodiscard]] std::string shown() const;
  /// The first place where the times of the picture, or of the sound, do not go on within two frames. "" if
  /// there is none.
  [[nodiscard]] std::string fault() const;

 private:
  static void on_picture(GstElement* sink, GstBuffer* buffer, GstPad* pad, gpointer self);
  static void on_sound(GstElement* sink, GstBuffer* buffer, GstPad* pad, gpointer self);
  // The mutex is held.
  void check(const char* medium, std::optional<GstClockTime>& last, GstClockTime time, GstClockTime most);
  void note();

  const std::vector<std::pair<double, double>> places_;
  GstElement* pipeline_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::string colours_;
  bool sound_ = false;
  std::vector<std::string> shown_;
  std::size_t matched_ = 0;
  std::optional<GstClockTime> picture_time_, sound_time_;
  std::string fault_;
};

}  // namespace rtmp::test
