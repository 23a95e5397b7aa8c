// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "media_fixture.h"
#include "program.h"
#include "publish.h"

namespace rtmp::test {

/// A program of examples/ that runs beside the test, in the language that the test is run for: the
/// environment has its command (EXAMPLE). It is given "--port 0" and these options, and is killed when this
/// is deleted. Every example says "listening on port N" once publishers can come, and ends with status 0 at
/// Ctrl-C.
class Example {
 public:
  /// Blocks until it listens.
  explicit Example(const std::vector<std::string>& options = {});

  /// 0 if it does not listen: the test has failed then.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Where publishers find it.
  [[nodiscard]] std::string url(const std::string& path = "live/key") const;
  /// For its lines, and for other signals than Ctrl-C.
  Program& program() { return program_; }
  /// Ends it as Ctrl-C does. Success if it ends in time and with status 0, and GStreamer has not warned.
  testing::AssertionResult stop(int signal = SIGINT);

 private:
  Program program_;
  std::uint16_t port_ = 0;
};

/// The messages of a publisher of HEVC in the form of Enhanced RTMP, without audio: frames of 96x80 pixels at
/// 25 fps, with a key frame each second.
std::vector<Sent> hevc_messages(int frames);

/// The messages of a publisher of H.266 whose frames hold nothing: decodebin posts an error, for one reason
/// or another.
std::vector<Sent> undecodable_messages();

}  // namespace rtmp::test
