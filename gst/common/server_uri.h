// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

namespace rtmp {

struct Settings;

/// The schemes of rtmpserver://user:password@host:port/application/key?property=value&... and of
/// rtmpsserver://, which asks for TLS. They differ from rtmp://, which names a server to connect to.
extern const gchar* const kUriProtocols[];

/// Sets the properties host, port, application, stream-key, username and password to what the URI says, or to
/// their defaults if it says nothing of them. Then sets each property that the query names. `secure` becomes
/// whether the URI asks for TLS. Returns false and sets `error` if the URI is not valid; some of the
/// properties may have been set by then.
bool set_uri(GstElement* element, const gchar* uri, bool* secure, GError** error);

/// The URI from which set_uri() takes the same host, port, user name, application and stream key. It leaves
/// out the password, and the properties that only a query can name. Application and stream key form the path;
/// they are in the query if a path cannot express them.
std::string uri_of(const Settings& settings);

}  // namespace rtmp
