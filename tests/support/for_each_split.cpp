// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <string>

#include "memory_stream.h"

namespace rtmp::test {

void for_each_split(const Bytes& bytes, const std::function<void(MemoryStream&)>& check) {
  const auto run = [&](const std::string& how, SplitPoints splits) {
    SCOPED_TRACE("the peer sends " + how);
    MemoryStream peer(bytes, std::move(splits));
    check(peer);
  };
  run("everything at once", {});
  run("byte by byte", split_every(1, bytes.size()));
  run("two bytes at a time", split_every(2, bytes.size()));
  if (bytes.size() > 64) return;
  for (std::size_t at = 1; at < bytes.size(); ++at) run(std::to_string(at) + " bytes, then the rest", {at});
}

}  // namespace rtmp::test
