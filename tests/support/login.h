// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>

#include "rtmp/credentials.h"

namespace rtmp::test {

/// The first connections of an encoder that logs in: it is told to, and asks for a challenge. Returns what it
/// says in its third one in place of `app`, with its answer; or "failed: ..." and what it was told.
std::string log_in_adobe(std::uint16_t port, const std::string& app, const Credentials& as);
/// Without the first one, as it has been told that this is how.
std::string log_in_limelight(std::uint16_t port, const std::string& app, const Credentials& as);

}  // namespace rtmp::test
