// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "amf0_value.h"
#include "memory_stream.h"
#include "message.h"
#include "null_logger.h"
#include "script.h"
#include "session.h"

namespace rtmp::test {

using Lines = std::vector<std::string>;

/// What is around a session: the application that decides, the network, and the log.
struct Surroundings {
  ConnectAnswer connect{ConnectAnswer::Kind::kAccepted};
  std::function<PublishAnswer(const PublishRequest&)> publish;   // none: accepts everybody
  Error end{ErrorCode::kEndOfStream, "the script's end"};        // how the connection ends
  std::size_t writes = std::numeric_limits<std::size_t>::max();  // how many writes succeed before a reset
  Logger* logger = &null_logger();
};

/// One message that the server wrote.
struct Reply {
  MessageType type{};
  std::uint32_t chunk_stream = 0;
  std::uint32_t stream = 0;
  Bytes body;
  std::size_t chunks = 0;
  std::size_t after = 0;  // how many bytes it had read when it wrote this

  /// The values of a command.
  [[nodiscard]] std::vector<AmfValue> values() const;
};

/// A reply in one line: "window 2500000", "ack 65536", "stream begin 1", "pong 16909060"; and for a command
/// its name, transaction id, arguments, and where it is not 0 the message stream: "_result 4 null 1",
/// "onStatus 0 null NetStream.Publish.Start on 1". Of an object that has a code it shows the code alone.
std::string describe(const Reply& reply);

/// What the session asked or told its application, in order: "application live", "publish live key",
/// "end closed", and each tag.
struct Event {
  std::string what;
  std::optional<Tag> tag;
};

/// An event in one line; a tag as "video 40 2701000000".
std::string describe(const Event& event);

struct Outcome {
  Bytes handshake;  // S0, S1, S2, as far as they were written
  std::vector<Reply> replies;
  std::string undecodable;  // what follows the replies, if it could not be decoded
  std::vector<Event> events;
  std::vector<PublishRequest> requests;
  Error end;
};

Lines describe(const std::vector<Reply>& replies);
Lines describe(const std::vector<Event>& events);

/// Runs a session with a client that sends `bytes`, in pieces that end at `splits`. The session gets the next
/// piece only when it has no other work. So a reply that came too late for a waiting client shows in
/// Reply::after.
Outcome run_session(const Bytes& bytes, const SplitPoints& splits = {},
                    const Surroundings& surroundings = {});

}  // namespace rtmp::test
