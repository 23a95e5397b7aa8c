// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/tag.h"

namespace rtmp {

struct ScriptData {
  std::size_t strip;  // bytes in front that are for the server, not for the file
  TagKind kind;       // kMetadata or kOther
};

/// How a data message becomes a script tag, which begins with the name of its event. Nothing for what is no
/// script data (no name in front) and for what speaks to the server alone.
std::optional<ScriptData> inspect_script_data(std::span<const std::uint8_t> body);

}  // namespace rtmp
