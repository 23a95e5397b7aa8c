// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commands.h"

#include <cmath>

#include "amf0_reader.h"

namespace rtmp {
namespace {

std::string text(const AmfValue& object, std::string_view name) {
  const AmfValue* value = object.find(name);
  return value ? std::string(value->as_string()) : std::string();
}

// The properties that Enhanced RTMP v2 adds to connect. HaishinKit sends null for those that it does not use.
bool is_enhanced(const AmfValue& object) {
  return object.find("fourCcList") || object.find("videoFourCcInfoMap") ||
         object.find("audioFourCcInfoMap") || object.find("capsEx");
}

// capsEx is a sum, in which 1 stands for ReconnectRequest. It is a double, which may be anything.
bool has_reconnect(const AmfValue& object) {
  const AmfValue* capabilities = object.find("capsEx");
  return capabilities && std::fmod(std::trunc(capabilities->as_number()), 2) == 1;
}

// What follows the host: "live/room" of "rtmp://host:1935/live/room".
std::string path_of(std::string_view url) {
  constexpr std::string_view kBehindScheme = "://";
  const std::size_t scheme = url.find(kBehindScheme);
  if (scheme == url.npos) return {};
  url.remove_prefix(scheme + kBehindScheme.size());
  const std::size_t end_of_host = url.find_first_of("/?");
  return end_of_host == url.npos ? std::string() : std::string(url.substr(end_of_host));
}

}  // namespace

const AmfValue& Command::argument(std::size_t index) const {
  static const AmfValue kUndefined;
  return index < arguments.size() ? arguments[index] : kUndefined;
}

Result<Command> parse_command(const Message& message) {
  auto body = message.body();
  // 00  02 00 07 "connect" ...     type 17 has a format byte in front, and AMF0 behind it all the same
  if (message.type == MessageType::kCommandAmf3 && !body.empty() && body[0] == 0) body = body.subspan(1);

  AmfReader reader(body);
  auto name = reader.read();
  if (!name) return std::move(name).error();
  if (!name->is(AmfValue::Type::kString)) return Error{ErrorCode::kBadAmf, "a command without a name"};

  Command command{std::string(name->as_string()), 0, {}};
  if (auto transaction = reader.read()) command.transaction = transaction->as_number();
  while (!reader.at_end()) {
    auto argument = reader.read();
    if (!argument) break;
    command.arguments.push_back(*std::move(argument));
  }
  return command;
}

ConnectRequest ConnectRequest::from(const Command& command) {
  const AmfValue& object = command.argument(0);
  ConnectRequest request{text(object, "app"), text(object, "tcUrl"), text(object, "flashVer"),
                         is_enhanced(object), has_reconnect(object)};
  if (request.app.empty()) request.app = path_of(request.tc_url);
  return request;
}

}  // namespace rtmp
