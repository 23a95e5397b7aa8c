// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "rtmp/tag.h"

namespace rtmp {

struct ScriptData {
  std::size_t strip;  // how many bytes in front are for the server and not for the file
  TagKind kind;       // kMetadata or kOther
};

/// Tells how a data message becomes a script tag, which begins with the name of its event. Returns nothing if
/// the message has no name in front, and if it is for the server alone.
std::optional<ScriptData> inspect_script_data(std::span<const std::uint8_t> body);

}  // namespace rtmp
