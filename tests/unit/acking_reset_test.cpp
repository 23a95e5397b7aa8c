// SPDX-License-Identifier: LGPL-2.1-or-later
// A publisher that sends its last bytes and closes: they wait to be read when an acknowledgement finds it
// gone.
#include <gtest/gtest.h>

#include "acking_stream.h"
#include "memory_stream.h"

namespace rtmp::test {
namespace {

TEST(AckingStream, ReadsAllOfAPeerThatIsNoLongerThereToBeTold) {
  constexpr std::size_t kSize = 1 << 20;
  MemoryStream peer(Bytes(kSize, 7), split_every(10'000, kSize));
  peer.fail_writes_with({ErrorCode::kReset, "gone"});
  ConnectionCounters counters;
  AckingStream stream(peer, counters);
  stream.start();
  stream.set_window(limits::kMinAckWindow);
  Bytes room(65536);
  auto got = stream.read(room, {});
  while (got) got = stream.read(room, {});
  EXPECT_EQ(stream.received(), kSize);
  EXPECT_EQ(got.error().code, ErrorCode::kReset);
  EXPECT_EQ(counters.out_bytes_total.get(), 0u);
}

}  // namespace
}  // namespace rtmp::test
