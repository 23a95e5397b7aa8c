// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
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

/// Nothing for what has no name, and for what is longer than limits::kMaxMetadata. Of values that are cut
/// short, those before are there. `@setDataFrame`, which is for servers, is left out.
std::optional<DataMessage> read_data_message(std::span<const std::uint8_t> body);

/// The message as an object of JSON: {"name":"onTextData","values":[...]}
std::string to_json(const DataMessage& message);

/// Posts data messages for the application, and no more of them than it can look at.
class DataReporter {
 public:
  explicit DataReporter(GstElement* element) : element_(element) {}

  /// Posts an element message, `flv-data`, with its name, its time in the stream, and all of it as JSON. Only
  /// so many in a second: false if it was one too many.
  bool report(const DataMessage& message, GstClockTime time);

 private:
  static constexpr std::size_t kMostInASecond = 20;

  GstElement* element_;
  gint64 second_ = 0;
  std::size_t posted_ = 0;  // in it
};

}  // namespace rtmp
