// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmp {

/// One decoded AMF0 value (AMF 0 specification, section 2). A string has the bytes of the wire: it may
/// contain NUL and invalid UTF-8.
class AmfValue {
 public:
  enum class Type {
    kNumber,
    kBoolean,
    kString,  // a string, a long string or an XML document
    kObject,  // an object, an ECMA array or a typed object: named properties in their order
    kStrictArray,
    kNull,
    kUndefined,  // undefined, unsupported or reference
    kDate,       // as_number() returns ms since 1970
    kAmf3,       // an AMF3 value behind the avmplus marker, which was skipped and not decoded
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

  // Each returns the value if it has that type, else `otherwise`. A date counts as a number.
  [[nodiscard]] double as_number(double otherwise = 0) const;
  [[nodiscard]] bool as_boolean(bool otherwise = false) const;
  [[nodiscard]] std::string_view as_string(std::string_view otherwise = {}) const;

  /// Returns the properties of an object. Empty for any other value.
  [[nodiscard]] const std::vector<Property>& properties() const { return properties_; }
  /// Returns the elements of a strict array. Empty for any other value.
  [[nodiscard]] const std::vector<AmfValue>& elements() const { return elements_; }

  /// Returns the property of this name: one that is equal, else one that differs in case only, because one
  /// encoder writes "tcurl". Returns null if there is none, or if this is no object.
  [[nodiscard]] const AmfValue* find(std::string_view name) const;

  friend bool operator==(const AmfValue&, const AmfValue&) = default;

 private:
  explicit AmfValue(Type type) : type_(type) {}

  Type type_ = Type::kUndefined;
  double number_ = 0;  // of a boolean 0 or 1
  std::string string_;
  std::vector<Property> properties_;
  std::vector<AmfValue> elements_;
};

}  // namespace rtmp
