// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/vvc.h"

namespace rtmp {

struct VvcSps {
  std::optional<VvcProfile> profile;  // empty if the video parameter set has it
  ChromaFormat chroma;
  VideoSize size;
};

/// Reads a sequence parameter set of the base layer of H.266 (ISO/IEC 23090-3, 7.3.2.4), up to its
/// conformance window. `nal` begins with the header of the NAL unit. Returns nothing if it is a unit of
/// another type, if it is cut short, or if a value is out of bounds.
std::optional<VvcSps> read_vvc_sps(std::span<const std::uint8_t> nal);

}  // namespace rtmp
