// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

#include "rtmp/server.h"

namespace rtmp {

/// Application and stream key as one text, whose parts may be divided elsewhere.
std::string path_of(std::string_view application, std::string_view stream_key);

/// Whether something may be published to the mount by a client of the application. Only the publish command
/// shows where the boundary between application and stream key is, and stream keys are compared only then.
bool takes_application(const MountSpec& spec, std::string_view application);

/// Whether the mount takes what a publisher names. Keys are compared in constant time.
bool takes(const MountSpec& spec, const PublishRequest& request);

/// Whether two mounts take the very same.
bool claims_the_same(const MountSpec& a, const MountSpec& b);

/// Whether `a` is to be looked at before `b`: key before application.
bool says_more(const MountSpec& a, const MountSpec& b);

}  // namespace rtmp
