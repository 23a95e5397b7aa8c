// SPDX-License-Identifier: LGPL-2.1-or-later
#include "track_caps.h"

#include "audio_caps.h"
#include "video_caps.h"

namespace rtmp {

CapsPtr track_caps(const TrackFormat& format) {
  CapsPtr video = video_caps(format);
  return video ? std::move(video) : audio_caps(format);
}

}  // namespace rtmp
