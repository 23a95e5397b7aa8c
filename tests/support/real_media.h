// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// An FLV file of H.264 and AAC that FFmpeg made, so many seconds long at 30 fps.
std::string real_media(int seconds);

/// A second of FFmpeg's test picture and tone, of that size ("160x120") and by those encoders, as FLV.
std::string encoded(const std::string& size, const std::string& video_encoder,
                    const std::string& audio_encoder);

/// What a publisher of an FLV file sends.
std::vector<Sent> messages(const std::string& file);

/// Every packet of a file, a line each: stream, times, size and MD5, as FFmpeg sees them.
std::vector<std::string> packets(const std::string& file);

}  // namespace rtmp::test
