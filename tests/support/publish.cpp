// SPDX-License-Identifier: LGPL-2.1-or-later
#include "publish.h"

#include "tcp_publisher.h"

namespace rtmp::test {

testing::AssertionResult publish(std::uint16_t port, const std::string& key, const std::vector<Sent>& sent) {
  TcpPublisher publisher(port);
  if (publisher.publish("live", key) != "NetStream.Publish.Start" || !send_all(publisher, sent) ||
      !publisher.unpublish() || publisher.next_status() != "NetStream.Unpublish.Success")
    return testing::AssertionFailure() << publisher.failure();
  return testing::AssertionSuccess();
}

}  // namespace rtmp::test
