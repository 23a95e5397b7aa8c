// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "element_stats.h"
#include "signal_log.h"

namespace rtmp::test {

/// What client-connecting says of a client.
struct Asked {
  std::string address, host;
  int port;
  std::string application, key, query, application_query, tc_url, encoder;
  bool secure;
};
using Handler = std::function<bool(const Asked&)>;

inline Asked asked_of(const GstStructure* client) {
  gint port = -1;
  EXPECT_TRUE(gst_structure_get_int(client, "port", &port));
  return {to_text(G_SOCKET_ADDRESS(g_value_get_object(gst_structure_get_value(client, "address")))),
          text(client, "host"),
          port,
          text(client, "application"),
          text(client, "stream-key"),
          text(client, "query"),
          text(client, "application-query"),
          text(client, "tc-url"),
          text(client, "encoder"),
          flag(client, "secure")};
}

/// Connects a handler of client-connecting. The handler must live for as long as the element runs.
inline gulong on_connecting(GstElement* element, Handler& handler) {
  return g_signal_connect(element, "client-connecting",
                          G_CALLBACK(+[](GstElement*, GstStructure* client, Handler* asked) -> gboolean {
                            return (*asked)(asked_of(client));
                          }),
                          &handler);
}

}  // namespace rtmp::test
