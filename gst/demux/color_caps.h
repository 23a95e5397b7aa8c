// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "rtmp/codec/picture.h"
#include "rtmp/colors.h"

namespace rtmp {

/// Sets what is known about the colours of a video. `coded` is what the codec's configuration says, and
/// `told` is what FLV says. If both say something, `told` counts.
void set_colors(GstCaps* caps, const std::optional<ColorDescription>& coded,
                const std::optional<Colors>& told);

}  // namespace rtmp
