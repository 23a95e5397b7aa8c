// SPDX-License-Identifier: LGPL-2.1-or-later
#include "amf0_value.h"

#include <algorithm>

namespace rtmp {
namespace {

// ASCII only, whatever the locale is: tolower() of a Turkish process does not turn "I" into "i".
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_for_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

AmfValue AmfValue::number(double v) {
  AmfValue value(Type::kNumber);
  value.number_ = v;
  return value;
}

AmfValue AmfValue::boolean(bool v) {
  AmfValue value(Type::kBoolean);
  value.number_ = v ? 1 : 0;
  return value;
}

AmfValue AmfValue::string(std::string v) {
  AmfValue value(Type::kString);
  value.string_ = std::move(v);
  return value;
}

AmfValue AmfValue::object(std::vector<Property> properties) {
  AmfValue value(Type::kObject);
  value.properties_ = std::move(properties);
  return value;
}

AmfValue AmfValue::strict_array(std::vector<AmfValue> elements) {
  AmfValue value(Type::kStrictArray);
  value.elements_ = std::move(elements);
  return value;
}

AmfValue AmfValue::null() { return AmfValue(Type::kNull); }

AmfValue AmfValue::date(double ms) {
  AmfValue value(Type::kDate);
  value.number_ = ms;
  return value;
}

AmfValue AmfValue::amf3() { return AmfValue(Type::kAmf3); }

double AmfValue::as_number(double otherwise) const {
  return is(Type::kNumber) || is(Type::kDate) ? number_ : otherwise;
}

bool AmfValue::as_boolean(bool otherwise) const { return is(Type::kBoolean) ? number_ != 0 : otherwise; }

std::string_view AmfValue::as_string(std::string_view otherwise) const {
  return is(Type::kString) ? std::string_view(string_) : otherwise;
}

const AmfValue* AmfValue::find(std::string_view name) const {
  const AmfValue* similar = nullptr;
  for (const auto& [key, value] : properties_) {
    if (key == name) return &value;
    if (!similar && equal_but_for_case(key, name)) similar = &value;
  }
  return similar;
}

}  // namespace rtmp
