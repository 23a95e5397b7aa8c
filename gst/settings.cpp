// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

#include <gst/gst.h>

namespace rtmp {
namespace {

constexpr auto kFlags =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

std::optional<std::string> optional_string(const GValue* value) {
  const gchar* text = g_value_get_string(value);
  if (!text) return std::nullopt;
  return text;
}

void set_optional_string(GValue* value, const std::optional<std::string>& text) {
  g_value_set_string(value, text ? text->c_str() : nullptr);
}

}  // namespace

void Settings::install(GObjectClass* object_class) {
  const Settings defaults;
  g_object_class_install_property(
      object_class, kHost,
      g_param_spec_string("host", "Host", "Name or address to listen on (NULL: every address, IPv4 and IPv6)",
                          nullptr, kFlags));
  g_object_class_install_property(
      object_class, kPort,
      g_param_spec_uint("port", "Port", "Port to listen on (0: a free one, see current-port)", 0, G_MAXUINT16,
                        defaults.server.port, kFlags));
  g_object_class_install_property(
      object_class, kApplication,
      g_param_spec_string("application", "Application",
                          "Application that publishers must name, others are refused (NULL: any)", nullptr,
                          kFlags));
  g_object_class_install_property(
      object_class, kStreamKey,
      g_param_spec_string("stream-key", "Stream key",
                          "Stream key that publishers must give, others are refused (NULL: any)", nullptr,
                          kFlags));
  g_object_class_install_property(
      object_class, kTimeout,
      g_param_spec_uint("timeout", "Timeout",
                        "Seconds without a byte from the publisher after which it is gone (0: never)", 0,
                        G_MAXINT / 1000, static_cast<guint>(defaults.mount.timeout.count()), kFlags));
  g_object_class_install_property(
      object_class, kMaxQueueBytes,
      g_param_spec_uint("max-queue-bytes", "Maximum queue bytes",
                        "Bytes received and not yet taken downstream at which the publisher has to wait", 1,
                        G_MAXUINT, defaults.max_queue_bytes, kFlags));
  g_object_class_install_property(
      object_class, kKeepListening,
      g_param_spec_boolean("keep-listening", "Keep listening",
                           "Go on with the next publisher in the same stream when one ends (FALSE: EOS)",
                           defaults.keep_listening, kFlags));
  g_object_class_install_property(object_class, kLoop,
                                  g_param_spec_boolean("loop", "Loop", "Another name for keep-listening",
                                                       defaults.keep_listening, kFlags));
}

bool Settings::set(guint id, const GValue* value) {
  switch (id) {
    case kHost:
      server.host = optional_string(value).value_or("");
      return true;
    case kPort:
      server.port = static_cast<std::uint16_t>(g_value_get_uint(value));
      return true;
    case kApplication:
      mount.application = optional_string(value);
      return true;
    case kStreamKey:
      mount.stream_key = optional_string(value);
      return true;
    case kTimeout:
      mount.timeout = std::chrono::seconds(g_value_get_uint(value));
      return true;
    case kMaxQueueBytes:
      max_queue_bytes = g_value_get_uint(value);
      return true;
    case kKeepListening:
    case kLoop:
      keep_listening = g_value_get_boolean(value);
      return true;
    default:
      return false;
  }
}

bool Settings::get(guint id, GValue* value) const {
  switch (id) {
    case kHost:
      g_value_set_string(value, server.host.empty() ? nullptr : server.host.c_str());
      return true;
    case kPort:
      g_value_set_uint(value, server.port);
      return true;
    case kApplication:
      set_optional_string(value, mount.application);
      return true;
    case kStreamKey:
      set_optional_string(value, mount.stream_key);
      return true;
    case kTimeout:
      g_value_set_uint(value, static_cast<guint>(mount.timeout.count()));
      return true;
    case kMaxQueueBytes:
      g_value_set_uint(value, max_queue_bytes);
      return true;
    case kKeepListening:
    case kLoop:
      g_value_set_boolean(value, keep_listening);
      return true;
    default:
      return false;
  }
}

}  // namespace rtmp
