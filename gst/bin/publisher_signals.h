// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "announcements.h"

namespace rtmp {

/// Adds `publisher-added` and `publisher-removed` to the class of the bin.
void install_publisher_signals(GObjectClass* object_class);

/// Emit these signals after everything that `announcements` has told about the publisher. It knows its bin.
void tell_publisher_added(Announcements& announcements, GstElement* bin, guint number,
                          const PublishRequest& publisher);
void tell_publisher_removed(Announcements& announcements, GstElement* bin, guint number,
                            const PublishRequest& publisher, EndReason reason);

}  // namespace rtmp
