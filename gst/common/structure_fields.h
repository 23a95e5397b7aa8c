// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>

#include "rtmp/publish.h"

namespace rtmp {

// Each sets one field of a GstStructure. Its name says the type of the field.

/// `text` may be any bytes. What is not UTF-8 becomes U+FFFD.
void set_string(GstStructure* structure, const char* name, const std::string& text);
void set_boolean(GstStructure* structure, const char* name, bool flag);
void set_uint(GstStructure* structure, const char* name, std::uint64_t number);
void set_uint64(GstStructure* structure, const char* name, std::uint64_t number);
void set_int64(GstStructure* structure, const char* name, std::int64_t number);
void set_double(GstStructure* structure, const char* name, double number);

/// Sets three fields: `address`, a GSocketAddress that is NULL if the peer has no address any more, and
/// `host`, a string, and `port`, an int, which can be printed.
void set_peer(GstStructure* structure, const Peer& peer);

}  // namespace rtmp
