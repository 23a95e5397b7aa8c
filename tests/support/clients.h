// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rtmp::test {

/// "rtmp://127.0.0.1:port/path", with another scheme or a login ("user:pass@") if it is given.
std::string local_url(std::uint16_t port, const std::string& path = "live/key",
                      const std::string& scheme = "rtmp", const std::string& login = "");

/// FFmpeg's command line, which publishes the file at full speed or at that of the media. With TLS it trusts
/// any server.
std::vector<std::string> ffmpeg_publish(const std::string& file, const std::string& url, bool paced = false);

/// The same, which publishes the file again and again at the speed of the media, with these options for what
/// is published ("-an").
std::vector<std::string> publish_forever(const std::string& file, const std::string& url,
                                         const std::vector<std::string>& options = {});

/// A command of FFmpeg's at the speed of the media, which catches up after it stood still. Each FFmpeg
/// up to 7 does that by itself; later ones stay late.
std::vector<std::string> catching_up(std::vector<std::string> command);

/// The command line of gst-launch-1.0 for a pipeline whose words contain no spaces.
std::vector<std::string> launch(const std::string& description);

/// The same for rtmp2sink, which publishes a file of H.264 and AAC. What it sends is copied to the file
/// `sent`.
std::vector<std::string> rtmp2sink_publish(const std::string& file, const std::string& sent,
                                           const std::string& properties);

/// The path of a program that Debian has where only root looks for programs.
std::string system_program(const std::string& name);

}  // namespace rtmp::test
