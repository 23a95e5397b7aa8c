// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace rtmp::bench {

/// Registers the element "floorsrc": the floor as a source of GStreamer, for what GStreamer costs at least.
/// It listens on 127.0.0.1 and takes one publisher of make_load() with the chunk size of its property
/// "chunk-size". Its first thread does what that of the floor does. Its streaming thread pushes a buffer for
/// each message of the pattern, as lists. It does not parse, because it knows the load. "current-port" is the
/// port, from READY to PAUSED on.
void register_floor_source();

}  // namespace rtmp::bench
