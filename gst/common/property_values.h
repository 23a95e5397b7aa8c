// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>

#include "settings.h"

// How a setting of each type is read from the GValue of its property, and how it is written to one.

namespace rtmp {

// A property of NULL is an empty string.
inline void read(const GValue* value, std::string& text) {
  const gchar* given = g_value_get_string(value);
  text = given ? given : "";
}
inline void write(GValue* value, const std::string& text) {
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

inline void read(const GValue* value, std::optional<std::string>& text) {
  text.reset();
  if (const gchar* given = g_value_get_string(value)) text = given;
}
inline void write(GValue* value, const std::optional<std::string>& text) {
  g_value_set_string(value, text ? text->c_str() : nullptr);
}

inline void read(const GValue* value, bool& flag) { flag = g_value_get_boolean(value) != FALSE; }
inline void write(GValue* value, const bool& flag) { g_value_set_boolean(value, flag); }

template <std::unsigned_integral Number>
void read(const GValue* value, Number& number) {
  number = g_value_get_uint(value);
}
template <std::unsigned_integral Number>
void write(GValue* value, const Number& number) {
  g_value_set_uint(value, static_cast<guint>(number));
}

inline void read(const GValue* value, std::chrono::seconds& time) {
  time = std::chrono::seconds(g_value_get_uint(value));
}
inline void write(GValue* value, const std::chrono::seconds& time) {
  g_value_set_uint(value, static_cast<guint>(time.count()));
}

template <class Enum>
requires std::is_enum_v<Enum>
void read(const GValue* value, Enum& choice) { choice = static_cast<Enum>(g_value_get_enum(value)); }
template <class Enum>
requires std::is_enum_v<Enum>
void write(GValue* value, const Enum& choice) { g_value_set_enum(value, static_cast<gint>(choice)); }

inline void read(const GValue* value, TlsCertificate& certificate) {
  auto* given = static_cast<GTlsCertificate*>(g_value_dup_object(value));
  certificate = given ? TlsCertificate(given, g_object_unref) : nullptr;
}
inline void write(GValue* value, const TlsCertificate& certificate) {
  g_value_set_object(value, certificate.get());
}

}  // namespace rtmp
