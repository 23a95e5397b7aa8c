// SPDX-License-Identifier: LGPL-2.1-or-later
#include "chunk_writer.h"

#include <algorithm>

#include "chunk_header.h"

namespace rtmp {

void ChunkWriter::write(const OutgoingMessage& message, ByteWriter& out) const {
  const bool extended = message.timestamp >= kExtendedMarker;
  out.u8(message.chunk_stream);
  out.be24(extended ? kExtendedMarker : message.timestamp);
  out.be24(static_cast<std::uint32_t>(message.body.size()));
  out.u8(static_cast<std::uint8_t>(message.type));
  out.le32(message.stream_id);
  if (extended) out.be32(message.timestamp);

  auto rest = message.body;
  for (;;) {
    const auto payload = rest.first(std::min<std::size_t>(chunk_size_, rest.size()));
    out.append(payload);
    rest = rest.subspan(payload.size());
    if (rest.empty()) break;
    out.u8(0xC0 | message.chunk_stream);
    if (extended) out.be32(message.timestamp);
  }
}

}  // namespace rtmp
