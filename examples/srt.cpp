// SPDX-License-Identifier: LGPL-2.1-or-later
// Passes a publisher on to SRT viewers, who stay while an encoder goes and comes back. srt.py is the same in
// Python.
//
// Nothing is encoded again: each track goes into MPEG-TS with the parser of its codec. With keep-listening
// the pads of the first publisher stay for the next ones, and a track that is new gets a pad. Where another
// codec comes on a pad, its parser refuses it; that publisher's track is left out then, and told of.
#include <glib-unix.h>
#include <gst/gst.h>

#include <csignal>
#include <initializer_list>

namespace {

struct Parser {
  const char* caps;
  const char* description;
};
constexpr Parser kParsers[] = {{"video/x-h264", "h264parse config-interval=-1"},
                               {"video/x-h265", "h265parse config-interval=-1"},
                               {"audio/mpeg, mpegversion=(int)4", "aacparse"},
                               {"audio/mpeg, mpegversion=(int)1", "mpegaudioparse"},
                               {"audio/x-opus", "opusparse"},
                               {"audio/x-ac3", "ac3parse"}};

GMainLoop* loop;
int result = 0;

const char* parser_for(GstCaps* caps) {
  for (const Parser& parser : kParsers) {
    GstCaps* taken = gst_caps_from_string(parser.caps);
    const bool fits = gst_caps_can_intersect(caps, taken);
    gst_caps_unref(taken);
    if (fits) return parser.description;
  }
  return nullptr;
}

void on_pad_added(GstElement*, GstPad* pad, GstElement* pipeline) {
  GstCaps* caps = gst_pad_query_caps(pad, nullptr);
  const char* parser = parser_for(caps);
  if (parser) {
    GstElement* branch = gst_parse_bin_from_description(parser, TRUE, nullptr);
    GstElement* muxer = gst_bin_get_by_name(GST_BIN(pipeline), "muxer");
    gst_bin_add(GST_BIN(pipeline), branch);
    gst_element_link(branch, muxer);
    GstPad* sink = gst_element_get_static_pad(branch, "sink");
    gst_pad_link(pad, sink);
    gst_element_sync_state_with_parent(branch);
    g_print("%s: %s\n", GST_PAD_NAME(pad), parser);
    gst_object_unref(sink);
    gst_object_unref(muxer);
  } else {
    g_print("%s: MPEG-TS has no %s\n", GST_PAD_NAME(pad),
            gst_structure_get_name(gst_caps_get_structure(caps, 0)));
  }
  gst_caps_unref(caps);
}

void on_viewer() { g_print("viewer added\n"); }

void on_error(GstBus*, GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  g_printerr("%s\n", error->message);
  g_error_free(error);
  result = 1;
  g_main_loop_quit(loop);
}

void on_element(GstBus*, GstMessage* message) {
  const GstStructure* content = gst_message_get_structure(message);
  if (!gst_structure_has_name(content, "track-left-out")) return;
  gchar* text = gst_structure_to_string(content);
  g_print("%s\n", text);
  g_free(text);
}

gboolean on_interrupt(gpointer) {
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char** argv) {
  gint port = 1935;
  gchar* to = nullptr;
  const GOptionEntry options[] = {
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "to listen on for publishers; 0: a free one", "PORT"},
      {"to", 0, 0, G_OPTION_ARG_STRING, &to, "what srtsink takes; srt://HOST:PORT calls a server", "URI"},
      {}};
  GOptionContext* context = g_option_context_new("- passes a publisher on to SRT viewers");
  g_option_context_add_main_entries(context, options, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  GError* error = nullptr;
  GstElement* pipeline = nullptr;
  if (g_option_context_parse(context, &argc, &argv, &error))
    pipeline = gst_parse_launch(
        "rtmp2serverbin name=server keep-listening=true "
        "mpegtsmux name=muxer ! tsparse ! "  // else srtsink 1.22 loses the first frame
        "srtsink name=sink wait-for-connection=false async=false",
        &error);
  g_option_context_free(context);
  if (error) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  loop = g_main_loop_new(nullptr, FALSE);
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
  g_object_set(sink, "uri", to ? to : "srt://:7001", nullptr);
  g_signal_connect(sink, "caller-added", G_CALLBACK(on_viewer), nullptr);
  GstElement* server = gst_bin_get_by_name(GST_BIN(pipeline), "server");
  g_object_set(server, "port", port, nullptr);
  g_signal_connect(server, "pad-added", G_CALLBACK(on_pad_added), pipeline);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_add_signal_watch(bus);
  g_signal_connect(bus, "message::error", G_CALLBACK(on_error), nullptr);
  g_signal_connect(bus, "message::element", G_CALLBACK(on_element), nullptr);
  g_unix_signal_add(SIGINT, on_interrupt, nullptr);
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
    guint current_port = 0;
    g_object_get(server, "current-port", &current_port, nullptr);
    g_print("listening on port %u\n", current_port);
  }
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_bus_remove_signal_watch(bus);
  for (gpointer object : {static_cast<gpointer>(bus), static_cast<gpointer>(server),
                          static_cast<gpointer>(sink), static_cast<gpointer>(pipeline)})
    gst_object_unref(object);
  g_main_loop_unref(loop);
  g_free(to);
  return result;
}
