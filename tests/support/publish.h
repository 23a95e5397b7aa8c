// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// Publishes these messages at full speed, and ends the stream as encoders do.
testing::AssertionResult publish(std::uint16_t port, const std::string& key, const std::vector<Sent>& sent);

}  // namespace rtmp::test
