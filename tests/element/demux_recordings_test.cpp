// SPDX-License-Identifier: LGPL-2.1-or-later
// Of each recorded publisher, rtmp2serversrc ! eflvdemux gives every coded frame, byte for byte and with its
// times.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <map>

#include "branches.h"
#include "flv_lister.h"
#include "recording.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using Frames = std::vector<ListedFrame>;

// Whether two lists of frames are the same, and where not.
testing::AssertionResult same(const std::vector<SinkRecord::Frame>& out, const Frames& listed) {
  for (std::size_t i = 0; i < out.size() && i < listed.size(); ++i) {
    const auto& frame = out[i];
    const auto& expected = listed[i];
    if (frame.bytes != expected.bytes)
      return testing::AssertionFailure()
             << "frame " << i << " of " << listed.size() << " differs: " << frame.bytes.size()
             << " bytes, not " << expected.bytes.size();
    if (frame.dts != static_cast<GstClockTime>(expected.dts) ||
        frame.pts != static_cast<GstClockTime>(expected.pts))
      return testing::AssertionFailure() << "frame " << i << " has the times " << frame.dts << " and "
                                         << frame.pts << ", not " << expected.dts << " and " << expected.pts;
  }
  if (out.size() == listed.size()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << out.size() << " frames, not " << listed.size();
}

class RecordedPublisher : public testing::TestWithParam<Recording> {};

TEST_P(RecordedPublisher, ComesOutFrameByFrame) {
  // By the times in the tags, and by those of their buffers.
  for (const bool by_buffer : {false, true}) {
    SCOPED_TRACE(by_buffer ? "buffer" : "stream");
    TestPipeline pipeline(
        "", std::string("eflvdemux name=demux timestamps=") + (by_buffer ? "buffer" : "stream"));
    const Branches branches(pipeline.pipeline(),
                            [](auto&) { return "fakesink name=sink sync=false async=false"; });
    pipeline.play();
    TcpPublisher publisher(pipeline.port());
    ASSERT_TRUE(publisher.send_raw(GetParam().bytes));
    shutdown(publisher.descriptor(), SHUT_WR);
    ASSERT_EQ(pipeline.wait(), "eos");

    std::map<std::string, Frames> listed;
    for (const auto& buffer : pipeline.pushed()) {
      for (ListedFrame& frame : list_frames(buffer.bytes)) {
        const std::int64_t moved =
            by_buffer ? static_cast<std::int64_t>(buffer.dts) - buffer.timestamp() * std::int64_t{GST_MSECOND}
                      : 0;
        frame.dts += moved;
        frame.pts += moved;
        listed[frame.track].push_back(std::move(frame));
      }
    }
    EXPECT_FALSE(listed.empty());
    const auto records = branches.records();
    EXPECT_EQ(records.size(), listed.size());
    for (const SinkRecord& record : records)
      EXPECT_TRUE(same(record.frames, listed[record.name])) << record.name;
  }
}

std::string test_name(const testing::TestParamInfo<Recording>& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, RecordedPublisher, testing::ValuesIn(load_recordings()), test_name);

}  // namespace
}  // namespace rtmp::test
