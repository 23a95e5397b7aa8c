// SPDX-License-Identifier: LGPL-2.1-or-later
#include "test_bin.h"

#include <algorithm>

#include "flv_tags.h"
#include "signal_log.h"

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

std::string bytes_of(GstBuffer* buffer) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

GstBin* parent_of(GstElement* element) { return GST_BIN(GST_OBJECT_PARENT(element)); }

std::string text_of(const GstStructure* structure, const char* field) {
  const gchar* text = gst_structure_get_string(structure, field);
  return text ? text : "none";
}

}  // namespace

TestBin::TestBin(const std::string& properties, Branch branch) : branch_(std::move(branch)) {
  const std::string description = "rtmp2serverbin name=bin port=0 " + properties;
  pipeline_ = gst_pipeline_new(nullptr);
  GError* error = nullptr;
  bin_ = gst_parse_launch(description.c_str(), &error);
  if (error) g_error("%s: %s", description.c_str(), error->message);
  gst_object_ref_sink(bin_);
  gst_bin_add(GST_BIN(pipeline_), bin_);
  g_signal_connect(bin_, "pad-added", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                     static_cast<TestBin*>(self)->on_pad_added(pad);
                   }),
                   this);
  g_signal_connect(bin_, "pad-removed", G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
                     static_cast<TestBin*>(self)->on_pad_removed(pad);
                   }),
                   this);
  g_signal_connect(bin_, "publisher-added",
                   G_CALLBACK(+[](GstElement*, const GstStructure* publisher, gpointer self) {
                     static_cast<TestBin*>(self)->on_publisher("publisher-added", publisher);
                   }),
                   this);
  g_signal_connect(bin_, "publisher-removed",
                   G_CALLBACK(+[](GstElement*, const GstStructure* publisher, gpointer self) {
                     static_cast<TestBin*>(self)->on_publisher("publisher-removed", publisher);
                   }),
                   this);
}

TestBin::~TestBin() {
  stop();
  // A handler that the stop has left behind has a reference to the bin, and uses this object.
  g_object_weak_ref(
      G_OBJECT(bin_), [](gpointer self, GObject*) { static_cast<TestBin*>(self)->add("gone"); }, this);
  gst_object_unref(bin_);
  gst_object_unref(pipeline_);
  if (!wait_for("gone")) g_error("something keeps the bin");
}

double TestBin::stop() {
  const auto begin = std::chrono::steady_clock::now();
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

std::uint16_t TestBin::port() const {
  guint port = 0;
  g_object_get(bin_, "current-port", &port, nullptr);
  return static_cast<std::uint16_t>(port);
}

void TestBin::add(std::string line) {
  const std::lock_guard lock(mutex_);
  story_.push_back(std::move(line));
  changed_.notify_all();
}

std::vector<std::string> TestBin::story() const {
  const std::lock_guard lock(mutex_);
  return story_;
}

bool TestBin::wait_for(const std::string& line, std::ptrdiff_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return std::ranges::count(story_, line) >= count; });
}

bool TestBin::wait_for_frames(const std::string& pad, std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return pads_[pad].frames.size() >= count; });
}

bool TestBin::wait_for_gaps(const std::string& pad, std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return pads_[pad].gaps.size() >= count; });
}

TestBin::Pad TestBin::pad(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = pads_.find(name);
  return found == pads_.end() ? Pad{} : found->second;
}

std::string TestBin::publisher() const {
  const std::lock_guard lock(mutex_);
  return publisher_;
}

void TestBin::on_pad_added(GstPad* pad) {
  const std::string name = GST_PAD_NAME(pad);
  add("added " + name);
  const auto mask = static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST |
                                                 GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM);
  gst_pad_add_probe(pad, mask, on_data, this, nullptr);
  const std::string description = branch_(name);
  if (description.empty()) return;
  GError* error = nullptr;
  GstElement* branch = gst_parse_bin_from_description(description.c_str(), TRUE, &error);
  if (error) g_error("%s: %s", description.c_str(), error->message);
  gst_bin_add(parent_of(bin_), branch);
  GstPad* sink = gst_element_get_static_pad(branch, "sink");
  // Some tests have a branch that does not take what comes first.
  if (GST_PAD_LINK_FAILED(gst_pad_link_full(pad, sink, GST_PAD_LINK_CHECK_NOTHING)))
    g_error("%s cannot be linked", name.c_str());
  gst_object_unref(sink);
  g_object_set_data(G_OBJECT(pad), "branch", branch);
  gst_element_sync_state_with_parent(branch);
}

void TestBin::on_pad_removed(GstPad* pad) {
  add("removed " + std::string(GST_PAD_NAME(pad)));
  auto* branch = static_cast<GstElement*>(g_object_get_data(G_OBJECT(pad), "branch"));
  if (!branch) return;
  gst_object_ref(branch);
  // The pipeline may be setting the state of all that is in it, in another thread.
  gst_element_set_locked_state(branch, TRUE);
  gst_bin_remove(parent_of(branch), branch);
  gst_element_set_state(branch, GST_STATE_NULL);
  gst_object_unref(branch);
}

void TestBin::on_publisher(const char* what, const GstStructure* publisher) {
  guint number = G_MAXUINT;
  gst_structure_get_uint(publisher, "number", &number);
  std::string line = std::string(what) + " " + std::to_string(number) + " " +
                     text_of(publisher, "application") + " " + text_of(publisher, "stream-key");
  const GValue* reason = gst_structure_get_value(publisher, "reason");
  if (reason) line += " " + nick_of(G_VALUE_TYPE(reason), g_value_get_enum(reason));
  if (!reason) {
    gchar* text = gst_structure_to_string(publisher);
    const std::lock_guard lock(mutex_);
    publisher_ = text;
    g_free(text);
  }
  add(std::move(line));
}

void TestBin::keep(Pad& pad, const std::string& name, GstEvent* event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START: {
      const gchar* id = nullptr;
      gst_event_parse_stream_start(event, &id);
      pad.stream_id = id;
      GstStream* stream = nullptr;
      gst_event_parse_stream(event, &stream);
      if (stream) pad.stream = gst_stream_get_stream_id(stream);
      gst_clear_object(&stream);
      break;
    }
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      pad.caps.emplace_back(gst_structure_get_name(gst_caps_get_structure(caps, 0)));
      break;
    }
    case GST_EVENT_TAG: {
      GstTagList* tags = nullptr;
      gst_event_parse_tag(event, &tags);
      gchar* location = nullptr;
      if (gst_tag_list_get_string(tags, GST_TAG_LOCATION, &location)) pad.location = location;
      g_free(location);
      break;
    }
    case GST_EVENT_GAP: {
      GstClockTime start = 0, duration = 0;
      gst_event_parse_gap(event, &start, &duration);
      pad.gaps.emplace_back(start, start + duration);
      break;
    }
    case GST_EVENT_EOS:
      story_.push_back("eos " + name);
      break;
    default:
      break;
  }
}

GstPadProbeReturn TestBin::on_data(GstPad* source, GstPadProbeInfo* info, gpointer data) {
  auto* self = static_cast<TestBin*>(data);
  const std::string name = GST_PAD_NAME(source);
  const std::lock_guard lock(self->mutex_);
  Pad& pad = self->pads_[name];
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    pad.frames.push_back(bytes_of(GST_PAD_PROBE_INFO_BUFFER(info)));
  } else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList* list = GST_PAD_PROBE_INFO_BUFFER_LIST(info);
    for (guint i = 0; i < gst_buffer_list_length(list); ++i)
      pad.frames.push_back(bytes_of(gst_buffer_list_get(list, i)));
  } else {
    self->keep(pad, name, GST_PAD_PROBE_INFO_EVENT(info));
  }
  self->changed_.notify_all();
  return GST_PAD_PROBE_OK;
}

void start_publisher(TestBin& bin, TcpPublisher& publisher, const std::string& key, int number,
                     std::size_t frames) {
  ASSERT_EQ(publisher.publish("live", key), "NetStream.Publish.Start") << key;
  ASSERT_TRUE(send_all(publisher, avc_and_aac(frames)));
  ASSERT_TRUE(bin.wait_for_frames("audio_" + std::to_string(number) + "_0", frames));
}

}  // namespace rtmp::test
