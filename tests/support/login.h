// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "rtmp/credentials.h"

namespace rtmp::test {

/// Makes the first two connections of an encoder that logs in: it is told to log in, and asks for a
/// challenge. Returns the text that it sends in its third connection as `app`, with its answer. Returns
/// "failed: ..." with what it was told otherwise.
std::string log_in_adobe(std::uint16_t port, const std::string& app, const Credentials& as);
/// The same without the first connection.
std::string log_in_limelight(std::uint16_t port, const std::string& app, const Credentials& as);

}  // namespace rtmp::test
