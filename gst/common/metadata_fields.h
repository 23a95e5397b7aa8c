// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "rtmp/metadata.h"

namespace rtmp {

/// Sets two fields of `structure` to the metadata of a publisher. `metadata` is a GVariant of type a{sv} with
/// all of it. `metadata-text` can be printed: an array of strings such as "width:1280", of the first 64
/// fields, each cut at 256 bytes.
void set_metadata(GstStructure* structure, const Metadata& metadata);

}  // namespace rtmp
