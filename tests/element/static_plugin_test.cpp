// SPDX-License-Identifier: LGPL-2.1-or-later
// The plugin as a part of a program.
#include <gst/gst.h>
#include <gtest/gtest.h>

G_BEGIN_DECLS
GST_PLUGIN_STATIC_DECLARE(rtmp2server);
G_END_DECLS

namespace rtmp::test {
namespace {

TEST(StaticPlugin, HasItsElements) {
  GST_PLUGIN_STATIC_REGISTER(rtmp2server);
  GstPlugin* plugin = gst_registry_find_plugin(gst_registry_get(), "rtmp2server");
  ASSERT_NE(plugin, nullptr);
  EXPECT_EQ(gst_plugin_get_filename(plugin), nullptr);
  gst_object_unref(plugin);
  for (const char* name : {"rtmp2serversrc", "eflvdemux"}) {
    GstElement* element = gst_element_factory_make(name, nullptr);
    ASSERT_NE(element, nullptr) << name;
    gst_object_unref(element);
  }
}

TEST(StaticPlugin, Listens) {
  GstElement* pipeline =
      gst_parse_launch("rtmp2serversrc name=src host=127.0.0.1 port=0 ! fakesink", nullptr);
  ASSERT_NE(pipeline, nullptr);
  EXPECT_NE(gst_element_set_state(pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  GstElement* src = gst_bin_get_by_name(GST_BIN(pipeline), "src");
  guint port = 0;
  g_object_get(src, "current-port", &port, nullptr);
  EXPECT_NE(port, 0u);
  gst_object_unref(src);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}

}  // namespace
}  // namespace rtmp::test
