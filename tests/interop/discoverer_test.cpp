// SPDX-License-Identifier: LGPL-2.1-or-later
// gst-discoverer-1.0 says what a publisher sends, by the URI of the server.
#include <gtest/gtest.h>

#include "clients.h"
#include "process.h"
#include "program.h"
#include "real_media.h"

namespace rtmp::test {
namespace {

// The port that a server's log names.
std::uint16_t port_of(Program& server) {
  if (!server.prints("listening on port ")) return 0;
  const std::string output = server.output();
  const std::string before = "listening on port ";
  return static_cast<std::uint16_t>(std::stoi(output.substr(output.find(before) + before.size())));
}

TEST(Discoverer, SaysWhatAPublisherSends) {
  const std::string both = real_media(3);
  const struct {
    const char* option;
    bool video;
    bool audio;
  } inputs[] = {{"", true, true}, {"-an", true, false}, {"-vn", false, true}};
  for (const auto& [option, video, audio] : inputs) {
    SCOPED_TRACE(option);
    Program discoverer({"env", "GST_DEBUG=rtmp2serversrc:4", "GST_DEBUG_NO_COLOR=1", "gst-discoverer-1.0",
                        "-v", "rtmpserver://127.0.0.1:0/live/cam1"});
    const std::uint16_t port = port_of(discoverer);
    ASSERT_NE(port, 0) << discoverer.output();
    // It has seen enough before the publisher is done.
    std::vector<std::string> command{"ffmpeg", "-nostdin", "-v", "error", "-re", "-i", both, "-c", "copy"};
    if (*option) command.emplace_back(option);
    command.insert(command.end(), {"-f", "flv", local_url(port, "live/cam1")});
    Process publisher(command);
    EXPECT_EQ(discoverer.exit_status(), 0);
    const std::string output = discoverer.output();
    EXPECT_EQ(output.find("video/x-h264") != std::string::npos, video) << output;
    EXPECT_EQ(output.find("audio/mpeg") != std::string::npos, audio) << output;
    EXPECT_EQ(output.find("Width: ") != std::string::npos, video) << output;
    EXPECT_EQ(output.find("Sample rate: 44100") != std::string::npos, audio) << output;
  }
}

}  // namespace
}  // namespace rtmp::test
