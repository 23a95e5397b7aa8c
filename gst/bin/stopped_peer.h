// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtmp {

/// For a ghost source pad of a bin: an element behind it that has stopped, while the bin has not, counts as
/// not linked. So an application may take away what is behind a pad at any time. Without this the push
/// returned FLUSHING, at which a source pauses for good, without EOS and without an error.
void count_stopped_peer_as_not_linked(GstPad* ghost);

}  // namespace rtmp
