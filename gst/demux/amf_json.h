// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "amf0_value.h"

namespace rtmp {

/// The value as JSON (RFC 8259). A date is its milliseconds since 1970; what JSON has no word for, and
/// numbers that are infinite or none, are null. Text that is no UTF-8 has marks where it is not.
std::string to_json(const AmfValue& value);
/// Adds it to `json`.
void append_json(const AmfValue& value, std::string& json);

}  // namespace rtmp
