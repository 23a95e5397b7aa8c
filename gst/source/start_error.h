// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "rtmp/error.h"
#include "settings.h"

namespace rtmp {

/// Whether a publisher could log in as the settings have it. Posts an element error if not.
bool can_start(GstElement* element, const Settings& settings);

/// Has the server use another certificate from the next handshake on. Posts an element warning if it cannot
/// be used. Blocks as Server::set_certificate() does.
void renew_certificate(GstElement* element, Server& server, const TlsCertificate& certificate);

/// Posts an element error on the bus for a server that could not be started or a mount that could not be
/// claimed. Its text says what the user can do about it.
void post_start_error(GstElement* element, const Error& error);

}  // namespace rtmp
