// SPDX-License-Identifier: LGPL-2.1-or-later
#include "data_messages.h"

#include "amf0_reader.h"
#include "amf_json.h"
#include "glib_text.h"
#include "rtmp/limits.h"

namespace rtmp {

std::optional<DataMessage> read_data_message(std::span<const std::uint8_t> body) {
  if (body.size() > limits::kMaxMetadata) return std::nullopt;
  AmfReader reader(body);
  auto name = reader.read();
  if (name && name->as_string() == "@setDataFrame") name = reader.read();
  if (!name || !name->is(AmfValue::Type::kString)) return std::nullopt;
  DataMessage message{.name = std::string(name->as_string()), .values = {}};
  while (!reader.at_end()) {
    auto value = reader.read();
    if (!value) break;
    message.values.push_back(*std::move(value));
  }
  return message;
}

std::string to_json(const DataMessage& message) {
  std::string json = "{\"name\":";
  append_json(AmfValue::string(message.name), json);
  json += ",\"values\":";
  append_json(AmfValue::strict_array(message.values), json);
  return json + '}';
}

bool DataReporter::report(const DataMessage& message, GstClockTime time) {
  const gint64 second = g_get_monotonic_time() / G_USEC_PER_SEC;
  if (second != second_) posted_.clear();
  second_ = second;
  if (posted_.size() == kMostNames && !posted_.contains(message.name)) return false;
  std::size_t& posted = posted_[message.name];
  if (posted == kMostInASecond) return false;
  ++posted;
  GstStructure* structure = gst_structure_new("flv-data", "name", G_TYPE_STRING, to_utf8(message.name).get(),
                                              "timestamp", G_TYPE_UINT64, static_cast<guint64>(time), "json",
                                              G_TYPE_STRING, to_json(message).c_str(), nullptr);
  gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(element_), structure));
  return true;
}

}  // namespace rtmp
