// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/vvc.h"

namespace rtmp {

struct VvcSps {
  std::optional<VvcProfile> profile;  // missing where a video parameter set has it
  ChromaFormat chroma;
  VideoSize size;
};

/// What a sequence parameter set of the base layer of H.266 says (ISO/IEC 23090-3, 7.3.2.4), up to its
/// conformance window. `nal` begins with the header of the NAL unit. Nothing if it is another unit, cut
/// short, or out of bounds.
std::optional<VvcSps> read_vvc_sps(std::span<const std::uint8_t> nal);

}  // namespace rtmp
