// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "amf0_value.h"

namespace rtmp {

/// Returns the value as JSON (RFC 8259). A date is a number, in ms since 1970. Values that JSON does not
/// have, and numbers that are infinite or not a number, are null. Bytes that are not UTF-8 become U+FFFD.
std::string to_json(const AmfValue& value);
/// Appends the value to `json`.
void append_json(const AmfValue& value, std::string& json);

}  // namespace rtmp
