// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "track_caps.h"

namespace rtmp {

/// track_caps() of the codecs of audio; null for the others too.
CapsPtr audio_caps(const TrackFormat& format);

}  // namespace rtmp
