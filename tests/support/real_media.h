// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

namespace rtmp::test {

/// An FLV file of H.264 and AAC that FFmpeg made, so many seconds long at 30 fps.
std::string real_media(int seconds);

/// Every packet of a file, a line each: stream, times, size and MD5, as FFmpeg sees them.
std::vector<std::string> packets(const std::string& file);

}  // namespace rtmp::test
