// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gsteflvdemux.h"
#include "gstrtmp2serverbin.h"
#include "gstrtmp2serversrc.h"

static gboolean plugin_init(GstPlugin* plugin) {
  return GST_ELEMENT_REGISTER(rtmp2serversrc, plugin) && GST_ELEMENT_REGISTER(eflvdemux, plugin) &&
         GST_ELEMENT_REGISTER(rtmp2serverbin, plugin);
}

// meson.build defines the strings.
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, rtmp2server, "Receives RTMP as a server", plugin_init,
                  VERSION, "LGPL", GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
