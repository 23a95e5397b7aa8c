// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

namespace rtmp {

/// Whether fewer than limits::kDescriptorsInReserve are left to this process, by the number of a socket that
/// was made just now: a new descriptor has the lowest number that is free.
///
/// GLib ends the process where there is none for a GCancellable to wake by, or for a GMainContext, of which
/// TLS makes one for each handshake. So what makes these must not be begun with the last ones.
bool few_descriptors_left(GSocket* newest);

}  // namespace rtmp
