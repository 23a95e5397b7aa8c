// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// Returns an FLV file of H.264 and AAC from FFmpeg, this many seconds long, with 30 frames per second.
std::string real_media(int seconds);

/// Returns a second of FFmpeg's test picture and tone as FLV, with this size ("160x120"), these encoders,
/// and this sampling rate.
std::string encoded(const std::string& size, const std::string& video_encoder,
                    const std::string& audio_encoder, int rate = 44100);

/// Returns two seconds of H.264 in one colour, with a name of FFmpeg's, and of a tone in AAC, as FLV.
std::string coloured(const std::string& colour, const std::string& size);

/// The messages of a publisher of an FLV file.
std::vector<Sent> messages(const std::string& file);

/// Returns a line for each packet of a file: stream, times, size and MD5, as FFmpeg reads them.
std::vector<std::string> packets(const std::string& file);

}  // namespace rtmp::test
