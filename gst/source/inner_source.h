// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "announcements.h"
#include "rtmp/server.h"
#include "settings.h"

// An rtmp2serversrc inside a bin of this plugin. The bin uses these functions besides its properties and
// signals.

namespace rtmp {

/// What the source uses instead of what it would make of its own properties.
struct InnerSource {
  Settings settings;
  std::optional<ServerConfig> config{};  // the configuration of a server that runs
  PublishObserver* observer = nullptr;   // must stay until the source is in READY
};

/// To be called before the source starts for the first time.
void set_up(GstElement* source, InnerSource inner);
/// Returns the announcements of the source, which stay as long as the source.
Announcements& announcements_of(GstElement* source);
/// Ends the publisher of the source. Returns whether there is one.
bool dismiss_publisher(GstElement* source, Dismissal how);
/// Asks the publisher of the source to reconnect. Returns whether there is one.
bool request_reconnect(GstElement* source, const gchar* url);
/// Returns the log of the sources, and of the servers that they share.
Logger& source_logger();

}  // namespace rtmp
