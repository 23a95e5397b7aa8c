// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

namespace rtmp {

struct Settings;

/// rtmpserver://user:password@host:port/application/key?property=value&... and rtmpsserver:// for TLS.
/// Neither says rtmp://, which is what a client connects to.
extern const gchar* const kUriProtocols[];

/// Sets host, port, application, stream-key, username and password as the URI has them, those that it has not
/// as by default; and each property that its query names. `secure` goes to the element's settings. False with
/// `error` for what is no such URI; the element may have been changed in part.
bool set_uri(GstElement* element, const gchar* uri, bool* secure, GError** error);

/// The URI of these settings, but for the password, and for the properties that only a query can name:
/// set_uri() takes host, port, user name, application and stream key from it as they are. Application and key
/// are the path, or in the query where a path cannot say them.
std::string uri_of(const Settings& settings);

}  // namespace rtmp
