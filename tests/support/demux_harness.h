// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <deque>
#include <set>
#include <string>
#include <vector>

#include "media_fixture.h"

namespace rtmp::test {

/// An eflvdemux without a pipeline. The thread of the test is its streaming thread, so everything that a
/// buffer or an event causes has been done when the call returns.
class DemuxHarness {
 public:
  /// A frame that came out.
  struct Frame {
    std::string bytes;
    GstClockTime pts;
    GstClockTime dts;
    guint flags;
  };
  /// What came out of one pad. Events that precede data come with the first frame, GAP or EOS.
  struct Pad {
    std::string name;
    std::string stream_id{};
    std::vector<std::string> caps{};
    std::vector<GstSegment> segments{};
    std::vector<Frame> frames{};
    std::vector<std::pair<GstClockTime, GstClockTime>> gaps{};  // where each begins and ends
    std::vector<std::string> log{};  // names of events in order, and "frame"; from a frame on, no second one
    std::vector<GstTagList*> tags{};
    std::size_t streams = 0;  // in the last collection
    bool removed = false;

    [[nodiscard]] std::vector<GstClockTime> pts() const;
    [[nodiscard]] std::string bytes() const;  // of all frames
    ~Pad();
  };

  /// Takes properties in gst-launch's language. Pads of the names in `unlinked` are not linked.
  explicit DemuxHarness(const std::string& properties = "", std::set<std::string> not_linked = {});
  ~DemuxHarness();
  DemuxHarness(const DemuxHarness&) = delete;
  DemuxHarness& operator=(const DemuxHarness&) = delete;

  /// Pushes a segment of that format, which begins at `start`, and before it what belongs there.
  void begin(GstFormat format = GST_FORMAT_BYTES, GstClockTime start = 0, GstClockTime base = 0);
  GstFlowReturn push(const std::string& bytes, GstClockTime time = GST_CLOCK_TIME_NONE, guint flags = 0);
  GstFlowReturn push(GstBuffer* buffer);
  /// Tags, a buffer each, and with their time where the segment is one of time.
  GstFlowReturn push(const std::vector<Sent>& tags, guint flags = 0);
  /// The same, as one list of buffers.
  GstFlowReturn push_list(const std::vector<Sent>& tags);
  void push(GstEvent* event) { gst_pad_push_event(source_, event); }
  void end() { push(gst_event_new_eos()); }

  /// Returns the newest pad of this name. The test's process ends if there is none.
  Pad& pad(const std::string& name);
  [[nodiscard]] bool has(const std::string& name) const;
  /// All pads so far, in the order in which they came.
  std::deque<Pad>& pads() { return pads_; }
  [[nodiscard]] std::size_t no_more_pads() const { return no_more_pads_; }
  /// The messages of this type so far, as text. "" for a message without a structure.
  std::vector<std::string> messages(GstMessageType type);
  [[nodiscard]] guint64 stat(const char* field) const;
  [[nodiscard]] GstElement* element() const { return element_; }
  /// Sets what the downstream pad of this name returns from now on.
  void answer(const std::string& name, GstFlowReturn flow);

 private:
  struct Sink {
    DemuxHarness* harness;
    Pad* record;
    GstPad* pad;
    GstFlowReturn answer = GST_FLOW_OK;
  };
  void add(GstPad* source);
  static GstFlowReturn chain(GstPad* pad, GstObject*, GstBuffer* buffer);
  static gboolean event(GstPad* pad, GstObject*, GstEvent* event);

  GstElement* element_;
  GstBus* bus_;
  GstPad* source_;
  std::set<std::string> not_linked_;
  std::deque<Pad> pads_;
  std::deque<Sink> sinks_;
  std::vector<GstMessage*> messages_;
  std::size_t no_more_pads_ = 0;
  bool in_time_ = false;
};

}  // namespace rtmp::test
