// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace rtmp {

/// What rtmp2serversrc has beside its settings and the signals of Announcements: the ids of its read-only
/// properties, and the functions of its actions.
struct SourceInterface {
  guint current_port;
  guint publishing;
  guint stats;
  GCallback disconnect_publisher;  // gboolean (*)(GstRtmp2ServerSrc*, Dismissal)
  GCallback request_reconnect;     // gboolean (*)(GstRtmp2ServerSrc*, const gchar* url)
};

/// Adds these properties and actions to the class of the element.
void install_interface(GObjectClass* object_class, const SourceInterface& interface);

}  // namespace rtmp
