// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>

#include "rtmp/tag.h"

namespace rtmp {

/// What an audio message is, from the first bytes of its body. An empty body is legal and means silence.
/// Never fails: what is not understood is kOther.
TagKind audio_kind(std::span<const std::uint8_t> body);

}  // namespace rtmp
