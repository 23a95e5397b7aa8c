// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <span>

#include "property_values.h"
#include "settings.h"

// What the tables of properties are made of.

namespace rtmp {

inline constexpr auto kFlags =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
inline constexpr auto kAtAnyTime =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

/// A property, and the setting behind it.
struct Property {
  GParamSpec* (*spec)();
  void (*set)(Settings& settings, const GValue* value);
  void (*get)(const Settings& settings, GValue* value);
};

// `Field` is a lambda without captures that returns the setting. `Spec` is one that makes the specification.
template <class Spec, class Field>
constexpr Property property(Spec spec, Field) {
  return {spec, [](Settings& settings, const GValue* value) { read(value, Field{}(settings)); },
          [](const Settings& settings, GValue* value) { write(value, Field{}(settings)); }};
}

inline GParamSpec* string(const char* name, const char* nick, const char* blurb, GParamFlags flags = kFlags) {
  return g_param_spec_string(name, nick, blurb, nullptr, flags);
}

inline GParamSpec* boolean(const char* name, const char* nick, const char* blurb, bool value,
                           GParamFlags flags = kFlags) {
  return g_param_spec_boolean(name, nick, blurb, value, flags);
}

/// A lambda without captures that returns a setting.
#define FIELD(member) \
  [](auto& settings) -> auto& { return settings.member; }

/// The properties of a port: where it is, whom it lets in, TLS.
std::span<const Property> port_properties();
/// Those of publishers and of the stream that comes of them.
std::span<const Property> stream_properties();

}  // namespace rtmp
