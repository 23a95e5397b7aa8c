// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

namespace rtmp {

/// Returns whether this process has fewer than limits::kDescriptorsInReserve free descriptors. It needs the
/// number of a socket that was made just now, because a new descriptor gets the lowest free number.
///
/// GLib ends the process if it has no descriptor for a GCancellable, or for a GMainContext, of which TLS
/// makes one for each handshake. So a caller must not begin these when the reserve is reached.
bool few_descriptors_left(GSocket* newest);

}  // namespace rtmp
