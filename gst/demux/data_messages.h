// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "amf0_value.h"

namespace rtmp {

/// A data message of FLV (annex E.5): its name, and the values behind it.
struct DataMessage {
  std::string name;
  std::vector<AmfValue> values;
};

/// Returns nothing if the message has no name, or is longer than limits::kMaxMetadata. If the values are cut
/// short, the complete ones are returned. `@setDataFrame`, which is for servers, is left out.
std::optional<DataMessage> read_data_message(std::span<const std::uint8_t> body);

/// Returns the message as a JSON object: {"name":"onTextData","values":[...]}
std::string to_json(const DataMessage& message);

/// Posts data messages for the application, but not more than it can handle.
class DataReporter {
 public:
  explicit DataReporter(GstElement* element) : element_(element) {}

  /// Posts an element message `flv-data` with the name, the time in the stream, and the whole message as
  /// JSON. The number per second is limited, for each name. Returns false if this one was not posted for that
  /// reason.
  bool report(const DataMessage& message, GstClockTime time);

 private:
  static constexpr std::size_t kMostInASecond = 20;  // of each name
  static constexpr std::size_t kMostNames = 16;      // in a second

  GstElement* element_;
  gint64 second_ = 0;
  std::map<std::string, std::size_t> posted_{};  // in this second, by name
};

}  // namespace rtmp
