// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rtmp/peer.h"

namespace rtmp {

std::string Peer::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace rtmp
