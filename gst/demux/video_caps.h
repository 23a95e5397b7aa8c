// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "track_caps.h"

namespace rtmp {

/// track_caps() for the codecs of video. Returns null for other codecs, too.
CapsPtr video_caps(const TrackFormat& format);

}  // namespace rtmp
