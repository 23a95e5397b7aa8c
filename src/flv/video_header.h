// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "rtmp/tag.h"

namespace rtmp {

/// What a video message is, from the first bytes of its body, which is not empty: the classic header (FLV
/// 10.1, E.4.3) or the extended one (Enhanced RTMP v2). Never fails: what is not understood is kOther.
TagKind video_kind(std::span<const std::uint8_t> body);

}  // namespace rtmp
