// SPDX-License-Identifier: LGPL-2.1-or-later
// A live GstBaseSrc that goes to PAUSED and at once to PLAYING again stands still for good.
//
// On the way to PAUSED, the base class calls unlock(), at which create() returns GST_FLOW_FLUSHING. If PLAYING comes before
// create() has returned, the base class takes that for a reason to pause its task, which nothing starts again. Here,
// create() takes a tenth of a second to return, as it may on a loaded machine. Exits with 1 if no buffer comes then.
//
//   cc basesrc-paused-playing.c $(pkg-config --cflags --libs gstreamer-base-1.0) && ./a.out
#include <gst/base/gstpushsrc.h>

static GMutex mutex;
static GCond changed;
static int asked = 1;  // buffers that create() is to return
static int came = 0;   // buffers that the sink has had
static gboolean unlocked = FALSE;

static gboolean unlock(GstBaseSrc* src) {
  g_mutex_lock(&mutex);
  unlocked = TRUE;
  g_cond_broadcast(&changed);
  g_mutex_unlock(&mutex);
  return TRUE;
}

static gboolean unlock_stop(GstBaseSrc* src) {
  g_mutex_lock(&mutex);
  unlocked = FALSE;
  g_mutex_unlock(&mutex);
  return TRUE;
}

static GstFlowReturn create(GstPushSrc* src, GstBuffer** buffer) {
  g_mutex_lock(&mutex);
  while (asked == 0 && !unlocked) g_cond_wait(&changed, &mutex);
  const gboolean interrupted = unlocked;
  if (!interrupted) --asked;
  g_mutex_unlock(&mutex);
  if (interrupted) {
    g_usleep(G_USEC_PER_SEC / 10);
    return GST_FLOW_FLUSHING;
  }
  *buffer = gst_buffer_new_allocate(NULL, 1, NULL);
  return GST_FLOW_OK;
}

typedef GstPushSrc Source;
typedef GstPushSrcClass SourceClass;
G_DEFINE_TYPE(Source, source, GST_TYPE_PUSH_SRC)

static void source_class_init(SourceClass* klass) {
  static GstStaticPadTemplate pad = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &pad);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(klass), "Source", "Source", "Source", "Anybody");
  GST_BASE_SRC_CLASS(klass)->unlock = unlock;
  GST_BASE_SRC_CLASS(klass)->unlock_stop = unlock_stop;
  klass->create = create;
}

static void source_init(Source* self) {
  gst_base_src_set_live(GST_BASE_SRC(self), TRUE);
  gst_base_src_set_format(GST_BASE_SRC(self), GST_FORMAT_TIME);
}

static GstPadProbeReturn on_buffer(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  g_mutex_lock(&mutex);
  ++came;
  g_cond_broadcast(&changed);
  g_mutex_unlock(&mutex);
  return GST_PAD_PROBE_OK;
}

// Asks for as many buffers as are to have come; whether they have, within five seconds.
static gboolean ask_until(int total) {
  const gint64 end = g_get_monotonic_time() + 5 * G_TIME_SPAN_SECOND;
  g_mutex_lock(&mutex);
  if (total > 1) ++asked;
  g_cond_broadcast(&changed);
  while (came < total && g_cond_wait_until(&changed, &mutex, end)) continue;
  const gboolean there = came >= total;
  g_mutex_unlock(&mutex);
  return there;
}

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  GstElement* pipeline = gst_pipeline_new(NULL);
  GstElement* source = g_object_new(source_get_type(), NULL);
  GstElement* sink = gst_element_factory_make("fakesink", NULL);
  g_object_set(sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add_many(GST_BIN(pipeline), source, sink, NULL);
  gst_element_link(source, sink);
  GstPad* pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, NULL, NULL);
  gst_object_unref(pad);

  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const gboolean first = ask_until(1);
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const gboolean second = ask_until(2);
  gchar* version = gst_version_string();
  g_print("%s: a buffer before PAUSED: %s, behind it: %s\n", version, first ? "yes" : "no", second ? "yes" : "no");
  g_free(version);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return !second;
}
