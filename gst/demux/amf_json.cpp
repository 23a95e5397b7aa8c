// SPDX-License-Identifier: LGPL-2.1-or-later
#include "amf_json.h"

#include <cmath>

#include "glib_text.h"

namespace rtmp {
namespace {

void append_text(std::string_view text, std::string& json) {
  constexpr char kDigits[] = "0123456789abcdef";
  json += '"';
  const GText valid = to_utf8(std::string(text));
  for (const char* at = valid.get(); *at; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte < 0x20) {
      json += "\\u00";
      json += {kDigits[byte >> 4], kDigits[byte & 0x0F]};
      continue;
    }
    if (byte == '"' || byte == '\\') json += '\\';
    json += *at;
  }
  json += '"';
}

void append_number(double number, std::string& json) {
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];
  json += std::isfinite(number) ? g_ascii_dtostr(text, sizeof text, number) : "null";
}

}  // namespace

void append_json(const AmfValue& value, std::string& json) {
  switch (value.type()) {
    case AmfValue::Type::kNumber:
    case AmfValue::Type::kDate:
      append_number(value.as_number(), json);
      break;
    case AmfValue::Type::kBoolean:
      json += value.as_boolean() ? "true" : "false";
      break;
    case AmfValue::Type::kString:
      append_text(value.as_string(), json);
      break;
    case AmfValue::Type::kObject:
      json += '{';
      for (const auto& [name, property] : value.properties()) {
        if (json.back() != '{') json += ',';
        append_text(name, json);
        json += ':';
        append_json(property, json);
      }
      json += '}';
      break;
    case AmfValue::Type::kStrictArray:
      json += '[';
      for (const AmfValue& element : value.elements()) {
        if (json.back() != '[') json += ',';
        append_json(element, json);
      }
      json += ']';
      break;
    default:
      json += "null";
  }
}

std::string to_json(const AmfValue& value) {
  std::string json;
  append_json(value, json);
  return json;
}

}  // namespace rtmp
