// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * SECTION:element-eflvdemux
 * @title: eflvdemux
 * @short_description: Takes FLV and Enhanced RTMP apart into the streams of their tracks
 *
 * Takes FLV apart into the elementary streams of its tracks: that of FLV 10.1, and that of Enhanced RTMP,
 * with its codecs and any number of tracks. Each track gets a source pad as soon as its format is known, with
 * caps that say all of it. Tracks may come late, and may change their format at any time.
 *
 * ## Example
 * |[
 * gst-launch-1.0 -e rtmp2serversrc ! eflvdemux name=d d.video_0 ! matroskamux ! filesink location=out.mkv
 * ]|
 * This records the picture of what `ffmpeg -re -i input.mp4 -c copy -f flv rtmp://localhost/live/my-key`
 * publishes.
 *
 * Since: 0.9
 */

#include "gsteflvdemux.h"

#include "demuxer.h"
#include "object_lock.h"

GST_DEBUG_CATEGORY(eflvdemux_debug);
#define GST_CAT_DEFAULT eflvdemux_debug

namespace {

enum : guint { kPropTimestamps = 1, kPropTrackWait, kPropDataPads, kPropStats };

// By this, decodebin and decodebin3 choose this demuxer behind rtmp2serversrc, which has the same caps, and
// flvdemux for files, where it can seek. The pad takes both: see ACCEPT_INTERSECT.
GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-flv, variant=(string)rtmp"));
GstStaticPadTemplate video_template =
    GST_STATIC_PAD_TEMPLATE("video_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);
GstStaticPadTemplate audio_template =
    GST_STATIC_PAD_TEMPLATE("audio_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS_ANY);
GstStaticPadTemplate data_template = GST_STATIC_PAD_TEMPLATE(
    "data_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS("application/x-json; application/x-amf"));

/**
 * GstEflvDemuxTimestamps:
 * @buffer: the times of the buffers that come in, if their segment is one of time; else those in the bytes
 * @stream: the times in the bytes of FLV
 *
 * Which times frames have.
 *
 * Since: 0.9
 */
GType timestamps_type() {
  static const GEnumValue values[] = {{static_cast<gint>(rtmp::DemuxTimestamps::kBuffer),
                                       "Those of the buffers that come in, where they have any", "buffer"},
                                      {static_cast<gint>(rtmp::DemuxTimestamps::kStream),
                                       "Those in the bytes of FLV, as the sender wrote them", "stream"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstEflvDemuxTimestamps", values);
  return type;
}

/**
 * GstEflvDemuxDataPads:
 * @none: there is no such pad
 * @json: each message is a JSON object
 * @amf: each message is AMF0, as it came
 *
 * Whether data messages go out on a pad of their own, and in which form.
 *
 * Since: 0.9
 */
GType data_pads_type() {
  static const GEnumValue values[] = {
      {static_cast<gint>(rtmp::DataPads::kNone), "No pad", "none"},
      {static_cast<gint>(rtmp::DataPads::kJson), "A pad on which each is an object of JSON", "json"},
      {static_cast<gint>(rtmp::DataPads::kAmf), "A pad on which each is AMF0, as it came", "amf"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstEflvDemuxDataPads", values);
  return type;
}

}  // namespace

struct _GstEflvDemux {
  GstElement parent;

  rtmp::DemuxSettings settings;  // the object lock guards them
  rtmp::Demuxer* demuxer;        // the streaming thread's, but for its counters
};

G_DEFINE_FINAL_TYPE(GstEflvDemux, gst_eflv_demux, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE_WITH_CODE(eflvdemux, "eflvdemux", GST_RANK_PRIMARY + 1, GST_TYPE_EFLV_DEMUX,
                                      GST_DEBUG_CATEGORY_INIT(eflvdemux_debug, "eflvdemux", 0,
                                                              "Demuxer of FLV and Enhanced RTMP"))

static GstFlowReturn gst_eflv_demux_chain(GstPad*, GstObject* parent, GstBuffer* buffer) {
  return GST_EFLV_DEMUX(parent)->demuxer->take(rtmp::BufferPtr(buffer));
}

static GstFlowReturn gst_eflv_demux_chain_list(GstPad*, GstObject* parent, GstBufferList* buffers) {
  return GST_EFLV_DEMUX(parent)->demuxer->take(rtmp::BufferListPtr(buffers));
}

static gboolean gst_eflv_demux_sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  rtmp::Demuxer& demuxer = *GST_EFLV_DEMUX(parent)->demuxer;
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
      demuxer.stream_starts(event);
      gst_event_unref(event);
      return TRUE;
    case GST_EVENT_CAPS:
    case GST_EVENT_STREAM_COLLECTION:  // the pads have their own
      gst_event_unref(event);
      return TRUE;
    case GST_EVENT_SEGMENT:
      demuxer.segment_begins(rtmp::EventPtr(event));
      return TRUE;
    case GST_EVENT_TAG: {
      GstTagList* tags = nullptr;
      gst_event_parse_tag(event, &tags);
      if (gst_tag_list_get_scope(tags) != GST_TAG_SCOPE_GLOBAL)
        return gst_pad_event_default(pad, parent, event);
      demuxer.tags_come(rtmp::TagListPtr(gst_tag_list_ref(tags)));
      gst_event_unref(event);
      return TRUE;
    }
    case GST_EVENT_GAP: {
      GstClockTime start = 0, duration = 0;
      gst_event_parse_gap(event, &start, &duration);
      demuxer.gap(start, duration);
      gst_event_unref(event);
      return TRUE;
    }
    case GST_EVENT_FLUSH_STOP:
      demuxer.flush_stops();
      return gst_pad_event_default(pad, parent, event);
    case GST_EVENT_EOS:
      demuxer.end();
      return gst_pad_event_default(pad, parent, event);
    default:
      return gst_pad_event_default(pad, parent, event);
  }
}

static rtmp::DemuxSettings gst_eflv_demux_settings(GstEflvDemux* self) {
  const rtmp::ObjectLock lock(self);
  return self->settings;
}

static GstStateChangeReturn gst_eflv_demux_change_state(GstElement* element, GstStateChange change) {
  auto* self = GST_EFLV_DEMUX(element);
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED) {
    self->demuxer->set_settings(gst_eflv_demux_settings(self));
  }
  const GstStateChangeReturn changed =
      GST_ELEMENT_CLASS(gst_eflv_demux_parent_class)->change_state(element, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY) self->demuxer->reset();
  return changed;
}

static GstStructure* gst_eflv_demux_stats(GstEflvDemux* self) {
  const rtmp::DemuxCounters& counters = self->demuxer->counters();
  return gst_structure_new(
      "application/x-eflvdemux-stats", "tags", G_TYPE_UINT64, counters.tags.load(), "frames", G_TYPE_UINT64,
      counters.frames.load(), "dropped-frames", G_TYPE_UINT64, counters.dropped_frames.load(), "malformed",
      G_TYPE_UINT64, counters.malformed.load(), "dropped-data", G_TYPE_UINT64, counters.dropped_data.load(),
      "passed-over-bytes", G_TYPE_UINT64, counters.passed_over.load(), nullptr);
}

static void gst_eflv_demux_set_property(GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  auto* self = GST_EFLV_DEMUX(object);
  const rtmp::ObjectLock lock(self);
  switch (id) {
    case kPropTimestamps:
      self->settings.timestamps = static_cast<rtmp::DemuxTimestamps>(g_value_get_enum(value));
      break;
    case kPropDataPads:
      self->settings.data_pads = static_cast<rtmp::DataPads>(g_value_get_enum(value));
      break;
    case kPropTrackWait:
      self->settings.track_wait_ms = g_value_get_uint(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_eflv_demux_get_property(GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  auto* self = GST_EFLV_DEMUX(object);
  const rtmp::ObjectLock lock(self);
  switch (id) {
    case kPropTimestamps:
      g_value_set_enum(value, static_cast<gint>(self->settings.timestamps));
      break;
    case kPropDataPads:
      g_value_set_enum(value, static_cast<gint>(self->settings.data_pads));
      break;
    case kPropTrackWait:
      g_value_set_uint(value, self->settings.track_wait_ms);
      break;
    case kPropStats:
      g_value_take_boxed(value, gst_eflv_demux_stats(self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_eflv_demux_finalize(GObject* object) {
  delete GST_EFLV_DEMUX(object)->demuxer;
  G_OBJECT_CLASS(gst_eflv_demux_parent_class)->finalize(object);
}

static void gst_eflv_demux_class_init(GstEflvDemuxClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_eflv_demux_set_property;
  object_class->get_property = gst_eflv_demux_get_property;
  object_class->finalize = gst_eflv_demux_finalize;
  constexpr auto kSetInReady =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const rtmp::DemuxSettings defaults;
  /**
   * GstEflvDemux:timestamps:
   *
   * Which times frames have.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropTimestamps,
      g_param_spec_enum("timestamps", "Timestamps", "Which times frames have", timestamps_type(),
                        static_cast<gint>(defaults.timestamps), kSetInReady));
  /**
   * GstEflvDemux:track-wait:
   *
   * How long `no-more-pads` waits for tracks that the stream has announced, in milliseconds of the stream.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropTrackWait,
      g_param_spec_uint("track-wait", "Track wait",
                        "How long no-more-pads waits for announced tracks, in milliseconds of the stream", 0,
                        G_MAXUINT, defaults.track_wait_ms, kSetInReady));
  /**
   * GstEflvDemux:data-pads:
   *
   * Whether data messages other than onMetaData go out on the pad `data_0`, and in which form.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropDataPads,
      g_param_spec_enum("data-pads", "Data pads", "Which form data messages have on a pad of their own",
                        data_pads_type(), static_cast<gint>(defaults.data_pads), kSetInReady));
  /**
   * GstEflvDemux:stats:
   *
   * Counts of tags and frames, and of what could not be used.
   *
   * Since: 0.9
   */
  g_object_class_install_property(
      object_class, kPropStats,
      g_param_spec_boxed("stats", "Statistics", "What was pushed, and what was passed over",
                         GST_TYPE_STRUCTURE,
                         static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));

  gst_type_mark_as_plugin_api(timestamps_type(), static_cast<GstPluginAPIFlags>(0));
  gst_type_mark_as_plugin_api(data_pads_type(), static_cast<GstPluginAPIFlags>(0));

  auto* element_class = GST_ELEMENT_CLASS(klass);
  element_class->change_state = gst_eflv_demux_change_state;
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &video_template);
  gst_element_class_add_static_pad_template(element_class, &audio_template);
  gst_element_class_add_static_pad_template(element_class, &data_template);
  gst_element_class_set_static_metadata(element_class, "Enhanced FLV demuxer", "Codec/Demuxer",
                                        "Takes FLV, also of Enhanced RTMP, apart into its tracks",
                                        PLUGIN_AUTHOR);
}

static void gst_eflv_demux_init(GstEflvDemux* self) {
  new (&self->settings) rtmp::DemuxSettings;
  self->demuxer = new rtmp::Demuxer(GST_ELEMENT(self));
  GstPad* sink = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(sink, gst_eflv_demux_chain);
  gst_pad_set_chain_list_function(sink, gst_eflv_demux_chain_list);
  gst_pad_set_event_function(sink, gst_eflv_demux_sink_event);
  GST_PAD_SET_ACCEPT_INTERSECT(sink);
  gst_element_add_pad(GST_ELEMENT(self), sink);
}
