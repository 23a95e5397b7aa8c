// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "amf0_value.h"
#include "message.h"
#include "rtmp/result.h"

namespace rtmp {

/// One command (RTMP 1.0, section 7.2): a name, a transaction id, a command object and arguments.
struct Command {
  std::string name;
  double transaction = 0;           // as sent: rtmp2sink numbers all but two of its commands 0
  std::vector<AmfValue> arguments;  // the command object is the first

  /// Whether the sender waits for a _result.
  [[nodiscard]] bool wants_result() const { return transaction > 0; }
  /// The argument, or undefined.
  [[nodiscard]] const AmfValue& argument(std::size_t index) const;
};

/// Decodes a message of type 20 or 17, whose body differs by a leading byte. Arguments that cannot be decoded
/// end the list; kBadAmf only if there is no name.
Result<Command> parse_command(const Message& message);

/// The fields of connect that a server reads.
struct ConnectRequest {
  std::string app;
  std::string tc_url;
  std::string flash_version;
  bool enhanced = false;    // it names a property of Enhanced RTMP v2, whatever it says there
  bool reconnects = false;  // it does so when it is asked to (capsEx)

  static ConnectRequest from(const Command& command);
};

}  // namespace rtmp
