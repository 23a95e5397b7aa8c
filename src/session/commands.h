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

/// A command (RTMP 1.0, section 7.2): a name, a transaction id, a command object and arguments.
struct Command {
  std::string name;
  double transaction = 0;           // as it was sent; rtmp2sink sends 0 in all but two of its commands
  std::vector<AmfValue> arguments;  // the command object is the first

  /// Returns whether the sender waits for a _result.
  [[nodiscard]] bool wants_result() const { return transaction > 0; }
  /// Returns an argument, or undefined if there is none at this index.
  [[nodiscard]] const AmfValue& argument(std::size_t index) const;
};

/// Decodes a message of type 20 or 17. The body of the latter has one more byte in front. If an argument
/// cannot be decoded, the list of arguments ends there. Returns kBadAmf if the command has no name.
Result<Command> parse_command(const Message& message);

/// The fields of a connect command that a server reads.
struct ConnectRequest {
  std::string app;  // what follows the host in tc_url, if the client names none
  std::string tc_url;
  std::string flash_version;
  bool enhanced = false;    // the client names a property of Enhanced RTMP v2, whatever its value is
  bool reconnects = false;  // the client reconnects when it is asked to (capsEx)

  static ConnectRequest from(const Command& command);
};

}  // namespace rtmp
