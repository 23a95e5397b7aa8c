// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes HLS of every publisher, and goes on where an encoder comes back. hls.py is the same in Python.
//
// The playlist is FOLDER/KEY/live.m3u8 (KEY: the stream key). It goes on behind an EXT-X-DISCONTINUITY with
// the next publisher of that key, whatever its size and codec. hlssink2 writes no such mark, so this has
// splitmuxsink, of which hlssink2 is made. The picture is passed on as it comes (H.264, or HEVC for players
// that take it). The sound becomes AAC of one format, or silence if there is none: a browser takes no sound
// that begins later.
#include <glib-unix.h>
#include <gst/gst.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "hls_playlist.h"

namespace {

constexpr const char* kSegments =
    "splitmuxsink name=segments muxer-factory=mpegtsmux reset-muxer=false max-size-time=2000000000 "
    "audiomixer name=mixer start-time-selection=first ! audioconvert ! avenc_aac ! aacparse name=sound "
    "appsrc name=silence format=time caps=audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=2";
constexpr const char* kSound =
    "decodebin ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=2";
const std::string kQueue = "queue name=first max-size-buffers=0 max-size-time=0 max-size-bytes=50000000 ! ";

constexpr int kArrivals = GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER;

gint port = 1935;
gint length = 10;
gchar* folder = nullptr;
GMainLoop* loop;
GstElement* pipeline;
GstElement* server;
int result = 0;

// What follows the pads of one. The main thread has the playlists. Its own thread has the times, and the main
// thread has what is opened.
struct Publisher {
  unsigned number;
  Playlist& playlist;
  bool marked;
  GstElement *branch, *segments, *mixer, *sound, *silence;
  gulong sound_waits = 0;
  bool has_picture = false;
  GstClockTime newest = 0;  // of what has come, in the publisher's own thread
  GstClockTime silent_until = GST_CLOCK_TIME_NONE;
  guint64 opened = 0;
};

std::mutex mutex;  // guards these: each publisher has a thread
std::map<unsigned, std::string> keys;
std::map<std::string, std::unique_ptr<Playlist>> playlists;
std::map<unsigned, std::unique_ptr<Publisher>> publishers;

// They belong to their bin.
GstElement* get(GstElement* bin, const char* name) {
  GstElement* element = gst_bin_get_by_name(GST_BIN(bin), name);
  gst_object_unref(element);
  return element;
}

gulong add_probe(GstElement* element, const char* name, int type, GstPadProbeCallback callback,
                 gpointer data) {
  GstPad* pad = gst_element_get_static_pad(element, name);
  const gulong id = gst_pad_add_probe(pad, static_cast<GstPadProbeType>(type), callback, data, nullptr);
  gst_object_unref(pad);
  return id;
}

// GAP events say that time passes while a publisher stands still. What it sends then is late, and not to be
// lost: only those count that stand for one track while the other goes on.
GstPadProbeReturn on_arrival(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& publisher = *static_cast<Publisher*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    publisher.newest = std::max(publisher.newest, GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)));
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_GAP) {
    GstClockTime time = 0, duration = 0;
    gst_event_parse_gap(GST_PAD_PROBE_INFO_EVENT(info), &time, &duration);
    if (time + duration > publisher.newest) return GST_PAD_PROBE_DROP;
  }
  return GST_PAD_PROBE_OK;
}

// Puts a part between a pad and an element.
GstElement* add(Publisher& publisher, GstPad* pad, const std::string& description, GstElement* element,
                const char* name) {
  GstElement* part = gst_parse_bin_from_description((kQueue + description + " ! identity name=last").c_str(),
                                                    FALSE, nullptr);
  gst_bin_add(GST_BIN(publisher.branch), part);
  add_probe(get(part, "first"), "sink", kArrivals, on_arrival, &publisher);
  gst_element_link_pads(get(part, "last"), "src", element, name);
  gst_element_link_pads(server, GST_PAD_NAME(pad), get(part, "first"), "sink");
  gst_element_sync_state_with_parent(part);
  return part;
}

// There is as much silence as there is picture. In front of a queue: the picture waits for the sound.
void push_silence(Publisher& publisher, GstClockTime end) {
  GstClockTime& time = publisher.silent_until;
  if (time == GST_CLOCK_TIME_NONE) time = end;
  if (end <= time) return;
  const guint64 samples = gst_util_uint64_scale(end - time, 48000, GST_SECOND);
  GstBuffer* silence = gst_buffer_new_allocate(nullptr, 4 * samples, nullptr);
  gst_buffer_memset(silence, 0, 0, 4 * samples);
  GST_BUFFER_PTS(silence) = time;
  GST_BUFFER_DURATION(silence) = gst_util_uint64_scale(samples, GST_SECOND, 48000);
  time += GST_BUFFER_DURATION(silence);
  GstFlowReturn flow = GST_FLOW_OK;
  g_signal_emit_by_name(publisher.silence, "push-buffer", silence, &flow);
  gst_buffer_unref(silence);
}

GstPadProbeReturn on_picture(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& publisher = *static_cast<Publisher*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    const GstClockTime time = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
    GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event, &segment);
    push_silence(publisher, gst_segment_to_running_time(segment, GST_FORMAT_TIME, time));
    gst_event_unref(event);
  } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
    GstFlowReturn flow = GST_FLOW_OK;
    g_signal_emit_by_name(publisher.silence, "end-of-stream", &flow);
  }
  return GST_PAD_PROBE_OK;
}

// Behind the picture, if there is one: each segment begins with its tables only if the picture is the first
// track.
void add_sound(Publisher& publisher) {
  if (publisher.sound_waits == 0) return;
  gst_element_link_pads(publisher.sound, "src", publisher.segments, "audio_0");
  GstPad* pad = gst_element_get_static_pad(publisher.sound, "src");
  gst_pad_remove_probe(pad, publisher.sound_waits);
  gst_object_unref(pad);
  publisher.sound_waits = 0;
}

gboolean on_no_picture(gpointer number) {
  std::lock_guard lock(mutex);
  const auto found = publishers.find(GPOINTER_TO_UINT(number));
  if (found != publishers.end()) add_sound(*found->second);
  return G_SOURCE_REMOVE;
}

// The mixer is not to know that this is live, or it goes on with silence as well.
GstPadProbeReturn on_query(GstPad*, GstPadProbeInfo* info, gpointer) {
  const bool is_latency = GST_QUERY_TYPE(GST_PAD_PROBE_INFO_QUERY(info)) == GST_QUERY_LATENCY;
  return is_latency ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

void add_track(Publisher& publisher, GstPad* pad) {
  if (g_str_has_prefix(GST_PAD_NAME(pad), "audio")) {
    GstElement* part = add(publisher, pad, kSound, publisher.mixer, "sink_%u");
    add_probe(get(part, "last"), "src", GST_PAD_PROBE_TYPE_QUERY_UPSTREAM, on_query, nullptr);
    g_timeout_add(1000, on_no_picture, GUINT_TO_POINTER(publisher.number));
    return;
  }
  if (publisher.has_picture) {  // another codec in the middle of a stream: it begins anew
    constexpr int kComeBack = 1;
    gboolean is_there = FALSE;
    g_signal_emit_by_name(server, "disconnect-publisher", publisher.number, kComeBack, &is_there);
    return;
  }
  publisher.has_picture = true;
  GstCaps* caps = gst_pad_query_caps(pad, nullptr);
  const bool is_hevc = gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-h265");
  gst_caps_unref(caps);
  gst_element_link_pads(publisher.silence, "src", publisher.mixer, "sink_%u");
  GstElement* part =
      add(publisher, pad, is_hevc ? "h265parse config-interval=-1" : "h264parse config-interval=-1",
          publisher.segments, "video");
  add_probe(get(part, "first"), "sink", kArrivals, on_picture, &publisher);
  add_sound(publisher);
}

Publisher& add_publisher(unsigned number, Playlist& playlist) {
  const std::string location = playlist.location();
  GstElement* branch = gst_parse_bin_from_description(kSegments, FALSE, nullptr);
  g_object_set(branch, "async-handling", TRUE, nullptr);  // what waits for its first frame stops nothing else
  auto& publisher = publishers[number];
  publisher.reset(new Publisher{.number = number,
                                .playlist = playlist,
                                .marked = playlist.publishers > 1,
                                .branch = branch,
                                .segments = get(branch, "segments"),
                                .mixer = get(branch, "mixer"),
                                .sound = get(branch, "sound"),
                                .silence = get(branch, "silence")});
  g_object_set(publisher->segments, "location", location.c_str(), nullptr);
  const auto wait = [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; };
  publisher->sound_waits =
      add_probe(publisher->sound, "src", GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, wait, nullptr);
  gst_bin_add(GST_BIN(pipeline), branch);
  gst_element_sync_state_with_parent(branch);
  return *publisher;
}

// No publisher chooses a path.
void on_publisher_added(GstElement*, GstStructure* structure) {
  guint number = 0;
  gst_structure_get_uint(structure, "number", &number);
  std::string key = gst_structure_get_string(structure, "stream-key");
  std::erase_if(key, [](char c) { return !g_ascii_isalnum(c) && c != '_' && c != '-'; });
  std::lock_guard lock(mutex);
  keys[number] = key.empty() ? "live" : key;
}

void on_publisher_removed(GstElement*, GstStructure* structure) {
  guint number = 0;
  gst_structure_get_uint(structure, "number", &number);
  std::lock_guard lock(mutex);
  keys.erase(number);
}

void on_pad_added(GstElement*, GstPad* pad) {
  const auto number = static_cast<unsigned>(std::stoul(GST_PAD_NAME(pad) + std::string("video_").size()));
  std::lock_guard lock(mutex);
  const auto found = publishers.find(number);
  if (found != publishers.end()) return add_track(*found->second, pad);
  auto& playlist = playlists[keys[number]];
  if (!playlist)
    playlist = std::make_unique<Playlist>(std::filesystem::path(folder ? folder : ".") / keys[number],
                                          static_cast<std::size_t>(length));
  add_track(add_publisher(number, *playlist), pad);
}

// In the main thread, as all that follows. Null if it is of nobody who is there.
Publisher* publisher_of(GstObject* object) {
  std::lock_guard lock(mutex);
  for (const auto& [number, publisher] : publishers)
    if (gst_object_has_as_ancestor(object, GST_OBJECT(publisher->branch))) return publisher.get();
  return nullptr;
}

void remove(const Publisher& ended) {
  std::unique_lock lock(mutex);
  const auto publisher = std::move(publishers[ended.number]);
  publishers.erase(ended.number);
  lock.unlock();
  gst_element_set_state(publisher->branch, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline), publisher->branch);
}

void on_segment(Publisher& publisher, const GstStructure* content) {
  guint64 time = 0;
  gst_structure_get_uint64(content, "running-time", &time);
  if (gst_structure_has_name(content, "splitmuxsink-fragment-opened")) {
    publisher.opened = time;
  } else if (gst_structure_has_name(content, "splitmuxsink-fragment-closed")) {
    const double seconds = static_cast<double>(time - publisher.opened) / GST_SECOND;
    publisher.playlist.add(gst_structure_get_string(content, "location"), seconds, publisher.marked);
    publisher.marked = false;
  }
}

// The end of a publisher's branch comes within a message of the pipeline, which forwards it.
void on_element(GstBus*, GstMessage* message) {
  const GstStructure* content = gst_message_get_structure(message);
  GstMessage* inner = nullptr;
  if (gst_structure_has_name(content, "GstBinForwarded"))
    gst_structure_get(content, "message", GST_TYPE_MESSAGE, &inner, nullptr);
  else
    inner = gst_message_ref(message);
  Publisher* publisher = publisher_of(GST_MESSAGE_SRC(inner));
  if (publisher && GST_MESSAGE_TYPE(inner) == GST_MESSAGE_EOS &&
      GST_MESSAGE_SRC(inner) == GST_OBJECT(publisher->branch))
    remove(*publisher);
  else if (publisher && GST_MESSAGE_TYPE(inner) == GST_MESSAGE_ELEMENT)
    on_segment(*publisher, gst_message_get_structure(inner));
  gst_message_unref(inner);
}

void on_error(GstBus*, GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  g_print("error: %s\n", error->message);
  g_error_free(error);
  if (gst_object_has_as_ancestor(GST_MESSAGE_SRC(message), GST_OBJECT(server))) {
    result = 1;
    g_main_loop_quit(loop);
  } else if (const Publisher* publisher = publisher_of(GST_MESSAGE_SRC(message))) {
    remove(*publisher);
  }
}

// The segments that are being written get their end.
gboolean on_interrupt(gpointer) {
  gst_element_send_event(server, gst_event_new_eos());
  const auto quit_if_done = [](gpointer) -> gboolean {
    std::lock_guard lock(mutex);
    if (publishers.empty()) g_main_loop_quit(loop);
    return G_SOURCE_CONTINUE;
  };
  const auto quit = [](gpointer) -> gboolean {
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
  };
  g_timeout_add(100, quit_if_done, nullptr);
  g_timeout_add_seconds(5, quit, nullptr);
  return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char** argv) {
  const GOptionEntry options[] = {
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "to listen on; 0: a free one", "PORT"},
      {"folder", 0, 0, G_OPTION_ARG_FILENAME, &folder, "for a folder of each stream key", "FOLDER"},
      {"length", 0, 0, G_OPTION_ARG_INT, &length, "of the playlists, in segments; older ones are removed",
       "SEGMENTS"},
      {}};
  GOptionContext* context = g_option_context_new("- makes HLS of every publisher");
  g_option_context_add_main_entries(context, options, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  GError* error = nullptr;
  const bool understood = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!understood) {
    g_printerr("%s\n", error->message);
    return 2;
  }
  loop = g_main_loop_new(nullptr, FALSE);
  pipeline = gst_pipeline_new(nullptr);
  g_object_set(pipeline, "message-forward", TRUE, nullptr);
  server = gst_element_factory_make("rtmp2serverbin", nullptr);
  g_object_set(server, "port", port, "max-publishers", 0, "isolate-errors", TRUE, nullptr);
  g_signal_connect(server, "publisher-added", G_CALLBACK(on_publisher_added), nullptr);
  g_signal_connect(server, "publisher-removed", G_CALLBACK(on_publisher_removed), nullptr);
  g_signal_connect(server, "pad-added", G_CALLBACK(on_pad_added), nullptr);
  gst_bin_add(GST_BIN(pipeline), server);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_add_signal_watch(bus);
  g_signal_connect(bus, "message::element", G_CALLBACK(on_element), nullptr);
  g_signal_connect(bus, "message::error", G_CALLBACK(on_error), nullptr);
  g_unix_signal_add(SIGINT, on_interrupt, nullptr);
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
    guint current_port = 0;
    g_object_get(server, "current-port", &current_port, nullptr);
    g_print("listening on port %u\n", current_port);
  }
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  for (const auto& [key, playlist] : playlists) playlist->write("#EXT-X-ENDLIST\n");
  gst_bus_remove_signal_watch(bus);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  g_main_loop_unref(loop);
  g_free(folder);
  return result;
}
