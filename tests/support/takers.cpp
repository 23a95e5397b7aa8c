// SPDX-License-Identifier: LGPL-2.1-or-later
#include "takers.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <sstream>

#include "eventually.h"
#include "process.h"
#include "publish.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

/// Counts the buffers of each medium that have come somewhere.
struct Progress {
  std::atomic<std::size_t> video{0}, audio{0};
};

/// Publishes the connections one after the other. The second waits until `begun`: what takes the stream has
/// its form by then.
void publish_all(std::uint16_t port, const PublishedStream& stream, const std::function<bool()>& begun) {
  for (std::size_t i = 0; i < stream.connections.size(); ++i) {
    if (i == 1 && !eventually(begun)) return;
    // Where downstream has failed, a publisher is turned away, or ends early.
    if (!publish(port, "key", stream.connections[i])) return;
  }
}

std::string parser_of(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const std::string name = gst_structure_get_name(structure);
  gint version = 0;
  gst_structure_get_int(structure, "mpegversion", &version);
  gst_caps_unref(caps);
  if (name == "video/x-h264") return "h264parse";
  if (name == "video/x-h265") return "h265parse";
  return version == 1 ? "mpegaudioparse" : "aacparse";
}

/// Adds this behind a pad of the demuxer, and returns it. It has one input without a link.
GstElement* add_behind(GstPad* pad, const std::string& description) {
  GstElement* branch = gst_parse_bin_from_description(description.c_str(), TRUE, nullptr);
  GstElement* demuxer = gst_pad_get_parent_element(pad);
  gst_bin_add(GST_BIN(GST_ELEMENT_PARENT(demuxer)), branch);
  gst_object_unref(demuxer);
  return branch;
}
void link_and_start(GstPad* pad, GstElement* branch) {
  gst_element_sync_state_with_parent(branch);
  GstPad* sink = gst_element_get_static_pad(branch, "sink");
  gst_pad_link(pad, sink);
  gst_object_unref(sink);
}

void count_buffers(GstElement* branch, std::atomic<std::size_t>& count) {
  GstPad* pad = gst_element_get_static_pad(branch, "src");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer to) {
        ++*static_cast<std::atomic<std::size_t>*>(to);
        return GST_PAD_PROBE_OK;
      },
      &count, nullptr);
  gst_object_unref(pad);
}

/// Links a parser behind a pad of the demuxer, and the muxer "m" behind that. A track that the muxer does not
/// take goes nowhere.
void link_muxer(GstElement* demuxer, GstPad* pad, gpointer taken) {
  GstElement* muxer = gst_bin_get_by_name(GST_BIN(GST_ELEMENT_PARENT(demuxer)), "m");
  // hlssink2 has one input of each medium, with a name.
  const char* medium = g_str_has_prefix(GST_PAD_NAME(pad), "video") ? "video" : "audio";
  const bool has_names = gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(muxer), medium) != nullptr;
  GstPad* input = gst_element_get_static_pad(muxer, medium);
  GstElement* branch =
      add_behind(pad, "queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! " + parser_of(pad));
  if (input || !gst_element_link_pads(branch, "src", muxer, has_names ? medium : nullptr)) {
    gst_bin_remove(GST_BIN(GST_ELEMENT_PARENT(demuxer)), branch);
    branch = add_behind(pad, "fakesink sync=false async=false");
  } else {
    auto* progress = static_cast<Progress*>(taken);
    count_buffers(branch, medium == std::string("video") ? progress->video : progress->audio);
  }
  link_and_start(pad, branch);
  g_clear_object(&input);
  gst_object_unref(muxer);
}

/// The frames in a file, by codec, also those that an edit list hides.
void count_packets(const std::string& file, bool is_mp4, FrameCounts& frames) {
  std::vector<std::string> command{
      "ffprobe", "-v",  "quiet", "-count_packets", "-show_entries", "stream=codec_name,nb_read_packets",
      "-of",     "flat"};
  if (is_mp4) command.insert(command.end(), {"-ignore_editlist", "1"});
  command.push_back(file);
  std::istringstream listing(run(command));
  // streams.stream.0.codec_name="h264"     then the same with nb_read_packets; those of programs begin
  // otherwise
  std::string codec;
  for (std::string line; std::getline(listing, line);) {
    if (!line.starts_with("streams.")) continue;
    const std::string value = line.substr(line.find('"') + 1, line.rfind('"') - line.find('"') - 1);
    if (line.find("codec_name") != std::string::npos)
      codec = value;
    else
      frames[codec] += static_cast<std::size_t>(std::atoi(value.c_str()));
  }
}

void listen(TestPipeline& pipeline, const PublishedStream& stream, const std::function<bool()>& begun,
            Outcome& outcome) {
  publish_all(pipeline.port(), stream, begun);
  if (stream.connections.size() > 1) pipeline.send_eos();
  outcome.end = first_told(pipeline.pipeline(), 40 * GST_SECOND).what;
}

std::string properties(const PublishedStream& stream) {
  return stream.connections.size() > 1 ? "keep-listening=true" : "";
}

GstElement* counting_sink(std::atomic<std::size_t>& count) {
  GstElement* made = gst_element_factory_make("fakesink", nullptr);
  g_object_set(made, "signal-handoffs", TRUE, "sync", FALSE, "async", FALSE, nullptr);
  g_signal_connect(made, "handoff", G_CALLBACK(+[](GstElement*, GstBuffer*, GstPad*, gpointer to) {
                     ++*static_cast<std::atomic<std::size_t>*>(to);
                   }),
                   &count);
  return made;
}
FrameCounts counts(const Progress& shown) {
  FrameCounts frames;
  if (shown.video > 0) frames["video"] = shown.video;
  if (shown.audio > 0) frames["audio"] = shown.audio;
  return frames;
}

void show(GstElement* decoder, GstPad* pad, gpointer data) {
  auto* shown = static_cast<Progress*>(data);
  GstCaps* caps = gst_pad_query_caps(pad, nullptr);
  const bool is_video = g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "video");
  gst_caps_unref(caps);
  GstElement* sink = counting_sink(is_video ? shown->video : shown->audio);
  gst_bin_add(GST_BIN(GST_ELEMENT_PARENT(decoder)), sink);
  gst_element_sync_state_with_parent(sink);
  gst_element_link_pads(decoder, GST_PAD_NAME(pad), sink, "sink");
}

/// Puts a decodebin behind a pad of the demuxer.
void decode_pad(GstElement* demuxer, GstPad* pad, gpointer shown) {
  GstElement* queue = gst_element_factory_make("queue", nullptr);
  GstElement* decoder = gst_element_factory_make("decodebin", nullptr);
  g_signal_connect(decoder, "pad-added", G_CALLBACK(show), shown);
  gst_bin_add_many(GST_BIN(GST_ELEMENT_PARENT(demuxer)), queue, decoder, nullptr);
  gst_element_link(queue, decoder);
  gst_element_sync_state_with_parent(decoder);
  link_and_start(pad, queue);
}

/// The source of a player, and the port on which it listens.
struct Source {
  std::promise<GstElement*> listens{};

  static void set_up(GstElement*, GstElement* source, gpointer data) {
    g_signal_connect(source, "notify::current-port", G_CALLBACK(+[](GObject* of, GParamSpec*, gpointer to) {
                       if (Source::port(GST_ELEMENT(of)) > 0)
                         static_cast<Source*>(to)->listens.set_value(GST_ELEMENT(of));
                     }),
                     data);
  }
  static std::uint16_t port(GstElement* source) {
    guint port = 0;
    g_object_get(source, "current-port", &port, nullptr);
    return static_cast<std::uint16_t>(port);
  }
};

}  // namespace

Outcome written_by(const std::string& muxer, const PublishedStream& stream) {
  const bool hls = muxer == "hlssink2";
  const std::string folder = scratch(muxer);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directory(folder);
  Outcome outcome;
  Progress taken;
  TestPipeline pipeline(properties(stream),
                        "eflvdemux name=d " + muxer + " name=m " +
                            (hls ? "target-duration=1 max-files=0 location=" + folder +
                                       "/%05d.ts playlist-location=" + folder + "/live.m3u8"
                                 : "! filesink location=" + folder + "/file"));
  GstElement* demuxer = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "d");
  g_signal_connect(demuxer, "pad-added", G_CALLBACK(link_muxer), &taken);
  gst_object_unref(demuxer);
  pipeline.play();
  // A muxer that takes a second frame has written what precedes the first.
  const auto begun = [&] { return taken.video > 2 && taken.audio > 2; };
  listen(pipeline, stream, begun, outcome);
  pipeline.stop();
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() != ".m3u8") count_packets(entry.path(), muxer == "mp4mux", outcome.frames);
  return outcome;
}

// decodebin3 takes both kinds of raw media without being asked.
Outcome decoded_by(const std::string& first, const PublishedStream& stream) {
  Progress shown;
  Outcome outcome;
  TestPipeline pipeline(properties(stream), first + " name=d");
  GstElement* element = gst_bin_get_by_name(GST_BIN(pipeline.pipeline()), "d");
  g_signal_connect(element, "pad-added", G_CALLBACK(first == "eflvdemux" ? decode_pad : show), &shown);
  gst_object_unref(element);
  pipeline.play();
  listen(
      pipeline, stream, [&] { return shown.video > 0 && shown.audio > 0; }, outcome);
  pipeline.stop();
  outcome.frames = counts(shown);
  return outcome;
}

Outcome played(const PublishedStream& stream) {
  Progress shown;
  Source source;
  Outcome outcome;
  GstElement* playbin = gst_element_factory_make("playbin3", nullptr);
  g_object_set(playbin, "uri", ("rtmpserver://127.0.0.1:0?" + properties(stream)).c_str(), "video-sink",
               counting_sink(shown.video), "audio-sink", counting_sink(shown.audio), nullptr);
  g_signal_connect(playbin, "source-setup", G_CALLBACK(Source::set_up), &source);
  gst_element_set_state(playbin, GST_STATE_PLAYING);
  GstElement* listening = source.listens.get_future().get();
  publish_all(Source::port(listening), stream, [&] { return shown.video > 0 && shown.audio > 0; });
  if (stream.connections.size() > 1) gst_element_send_event(listening, gst_event_new_eos());
  outcome.end = first_told(playbin, 40 * GST_SECOND).what;
  gst_element_set_state(playbin, GST_STATE_NULL);
  outcome.frames = counts(shown);
  gst_object_unref(playbin);
  return outcome;
}

}  // namespace rtmp::test
