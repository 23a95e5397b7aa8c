// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmp {

/// One AMF0 value, decoded (AMF 0 specification, section 2). Strings are the wire's bytes: they may hold NUL
/// and invalid UTF-8.
class AmfValue {
 public:
  enum class Type {
    kNumber,
    kBoolean,
    kString,  // string, long string and XML document
    kObject,  // object, ECMA array and typed object: named properties in wire order
    kStrictArray,
    kNull,
    kUndefined,  // undefined, unsupported and reference
    kDate,       // as_number() gives ms since 1970
    kAmf3,       // a value behind the avmplus marker: passed over, not decoded
  };
  using Property = std::pair<std::string, AmfValue>;

  AmfValue() = default;  // undefined
  static AmfValue number(double v);
  static AmfValue boolean(bool v);
  static AmfValue string(std::string v);
  static AmfValue object(std::vector<Property> properties);
  static AmfValue strict_array(std::vector<AmfValue> elements);
  static AmfValue null();
  static AmfValue date(double ms);
  static AmfValue amf3();

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool is(Type type) const { return type_ == type; }

  // The value if it is of that type (a date counts as a number), otherwise `otherwise`.
  [[nodiscard]] double as_number(double otherwise = 0) const;
  [[nodiscard]] bool as_boolean(bool otherwise = false) const;
  [[nodiscard]] std::string_view as_string(std::string_view otherwise = {}) const;

  /// The properties of an object; empty for anything else.
  [[nodiscard]] const std::vector<Property>& properties() const { return properties_; }
  /// The elements of a strict array; empty for anything else.
  [[nodiscard]] const std::vector<AmfValue>& elements() const { return elements_; }

  /// The property of that name: an exact match, else one that differs in case only (an encoder in the field
  /// writes "tcurl"). Null if there is none, or if this is no object.
  [[nodiscard]] const AmfValue* find(std::string_view name) const;

  friend bool operator==(const AmfValue&, const AmfValue&) = default;

 private:
  explicit AmfValue(Type type) : type_(type) {}

  Type type_ = Type::kUndefined;
  double number_ = 0;  // and boolean, as 0 and 1
  std::string string_;
  std::vector<Property> properties_;
  std::vector<AmfValue> elements_;
};

}  // namespace rtmp
