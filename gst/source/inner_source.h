// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <optional>

#include "announcements.h"
#include "rtmp/server.h"
#include "settings.h"

// An rtmp2serversrc within a bin of this plugin: what the bin says and hears past the properties and signals.

namespace rtmp {

/// What the source has in place of what it makes of its own properties.
struct InnerSource {
  Settings settings;
  std::optional<ServerConfig> config{};  // as a server that is there has it
  PublishObserver* observer = nullptr;   // must outlive the source's way to READY
};

/// Before the source starts for the first time.
void set_up(GstElement* source, InnerSource inner);
/// What the source tells the application; it is there for as long as the source.
Announcements& announcements_of(GstElement* source);
/// Ends its publisher. Returns whether there is one.
bool dismiss_publisher(GstElement* source, Dismissal how);
/// The log of the sources, and of the servers that they share.
Logger& source_logger();

}  // namespace rtmp
