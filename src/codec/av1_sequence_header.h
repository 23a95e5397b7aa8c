// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/codec/av1.h"

namespace rtmp {

/// Reads the payload of a sequence header OBU (AV1 bitstream specification, 5.5.1). Returns nothing if it is
/// cut short before the end of its colours, or has a profile or size that does not exist.
std::optional<Av1Sequence> read_av1_sequence_header(std::span<const std::uint8_t> payload);

}  // namespace rtmp
