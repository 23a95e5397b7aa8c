// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rtmp::test {

/// "rtmp://127.0.0.1:port/path", with another scheme or a login ("user:pass@") where given.
std::string local_url(std::uint16_t port, const std::string& path = "live/key",
                      const std::string& scheme = "rtmp", const std::string& login = "");

/// FFmpeg's command line: publishes the file, at full speed or at that of the media; over TLS, to any server.
std::vector<std::string> ffmpeg_publish(const std::string& file, const std::string& url, bool paced = false);

/// gst-launch-1.0's, of a pipeline whose words have no spaces in them.
std::vector<std::string> launch(const std::string& description);

/// The same: rtmp2sink publishes a file of H.264 and AAC, and what goes into it is copied to `sent`.
std::vector<std::string> rtmp2sink_publish(const std::string& file, const std::string& sent,
                                           const std::string& properties);

}  // namespace rtmp::test
