// SPDX-License-Identifier: LGPL-2.1-or-later
// A program that has the plugin in it: exits with 0 if its elements can be made, and one of them listens.
#include <gst/gst.h>

GST_PLUGIN_STATIC_DECLARE(rtmp2server);

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  GST_PLUGIN_STATIC_REGISTER(rtmp2server);
  GError* error = NULL;
  GstElement* pipeline =
      gst_parse_launch("rtmp2serversrc name=src host=127.0.0.1 port=0 ! eflvdemux "
                       "rtmp2serverbin host=127.0.0.1 port=0",
                       &error);
  if (error != NULL) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), "src");
  guint port = 0;
  g_object_get(source, "current-port", &port, NULL);
  gst_object_unref(source);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return port == 0;
}
