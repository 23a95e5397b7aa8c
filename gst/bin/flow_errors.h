// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtmp {

/// Posts in the name of the bin what the application is told in place of an error of a publisher's source, if
/// that is due to what the elements behind the pads returned: a warning if errors are isolated, and an error
/// if nothing is linked. Returns false if the message is for the application as it is.
bool replace_flow_error(GstElement* bin, GstMessage* message, guint number, bool isolates);

}  // namespace rtmp
