// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

#include <gio/gio.h>
#include <gst/gst.h>

#include "enums.h"

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

// An empty string is what is not set.
std::string plain_string(const GValue* value) { return optional_string(value).value_or(""); }
void set_plain_string(GValue* value, const std::string& text) {
  g_value_set_string(value, text.empty() ? nullptr : text.c_str());
}

// "[::1]", as in a URL, is "::1".
std::string without_brackets(std::string host) {
  if (host.size() < 2 || !host.starts_with('[') || !host.ends_with(']')) return host;
  return host.substr(1, host.size() - 2);
}

void install_string(GObjectClass* object_class, guint id, const char* name, const char* nick,
                    const char* blurb) {
  g_object_class_install_property(object_class, id, g_param_spec_string(name, nick, blurb, nullptr, kFlags));
}

void install_uint(GObjectClass* object_class, guint id, const char* name, const char* nick, const char* blurb,
                  guint least, guint most, guint value, GParamFlags flags = kFlags) {
  g_object_class_install_property(object_class, id,
                                  g_param_spec_uint(name, nick, blurb, least, most, value, flags));
}

void install_boolean(GObjectClass* object_class, guint id, const char* name, const char* nick,
                     const char* blurb, bool value) {
  g_object_class_install_property(object_class, id, g_param_spec_boolean(name, nick, blurb, value, kFlags));
}

}  // namespace

void Settings::install(GObjectClass* object_class) {
  const Settings defaults;
  constexpr guint kMaxMs = 3'600'000;
  constexpr guint kMaxCount = 100'000;  // a thread each
  constexpr auto kAtAnyTime =
      static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  install_string(object_class, kHost, "host", "Host",
                 "Name or address to listen on (NULL: every address, IPv4 and IPv6)");
  install_uint(object_class, kPort, "port", "Port", "Port to listen on (0: a free one, see current-port)", 0,
               G_MAXUINT16, defaults.port);
  install_string(object_class, kApplication, "application", "Application",
                 "Application that publishers must name, others are refused (NULL: any)");
  install_string(object_class, kStreamKey, "stream-key", "Stream key",
                 "Stream key that publishers must give, others are refused (NULL: any)");
  install_string(object_class, kUsername, "username", "User name",
                 "User that publishers must log in as, by Adobe's or Limelight's challenge (NULL: no login)");
  install_string(object_class, kPassword, "password", "Password", "The user's password");
  g_object_class_install_property(
      object_class, kTakeover,
      g_param_spec_enum("takeover", "Takeover",
                        "What becomes of a publisher that asks for the application and stream key of one in "
                        "place",
                        takeover_type(), static_cast<gint>(defaults.mount.takeover), kFlags));
  install_boolean(
      object_class, kEnhanced, "enhanced", "Enhanced RTMP",
      "Take Enhanced RTMP (FALSE: refuse codecs that FLV 10.1 does not have, for a demuxer that fails "
      "at them)",
      defaults.mount.enhanced);
  g_object_class_install_property(
      object_class, kTlsCertificate,
      g_param_spec_object("tls-certificate", "TLS certificate",
                          "Certificate with its private key: publishers must use RTMPS then (NULL: see "
                          "certificate-file)",
                          G_TYPE_TLS_CERTIFICATE, kFlags));
  install_string(object_class, kCertificateFile, "certificate-file", "Certificate file",
                 "PEM file of the certificate: publishers must use RTMPS then (NULL: no TLS)");
  install_string(object_class, kPrivateKeyFile, "private-key-file", "Private key file",
                 "PEM file of the certificate's private key (NULL: it is in certificate-file)");
  install_uint(object_class, kTimeout, "timeout", "Timeout",
               "Seconds without a byte from the publisher after which it is gone (0: never)", 0,
               G_MAXINT / 1000, static_cast<guint>(defaults.mount.timeout.count()));
  install_uint(object_class, kLatency, "latency", "Latency",
               "Milliseconds that a frame may arrive late and still be shown in time", 0, kMaxMs,
               defaults.latency_ms, kAtAnyTime);
  install_uint(
      object_class, kMaxQueueBytes, "max-queue-bytes", "Maximum queue bytes",
      "Memory of what was received and is not yet taken downstream at which the publisher has to wait", 1,
      G_MAXUINT, defaults.max_queue_bytes);
  install_uint(object_class, kMaxConnections, "max-connections", "Maximum connections",
               "Connections to the port; of elements that share it, the largest number counts", 1, kMaxCount,
               static_cast<guint>(defaults.mount.door.max_connections));
  install_uint(object_class, kMaxConnectionsPerAddress, "max-connections-per-address",
               "Maximum connections per address",
               "Connections from one address (of IPv6, from a network of 64 bits); the largest number counts",
               1, kMaxCount, static_cast<guint>(defaults.mount.door.max_connections_per_address));
  install_uint(object_class, kMaxUnpublishedConnections, "max-unpublished-connections",
               "Maximum unpublished connections",
               "Connections that do not publish, or not yet; the largest number counts", 1, kMaxCount,
               static_cast<guint>(defaults.mount.door.max_unpublished_connections));
  install_string(object_class, kTrustedNetworks, "trusted-networks", "Trusted networks",
                 "Networks of balancers and relays, as 10.0.0.0/8,fd00::/8: no limit of an address is theirs "
                 "(NULL: none)");
  install_boolean(object_class, kKeepListening, "keep-listening", "Keep listening",
                  "Go on with the next publisher in the same stream when one ends (FALSE: EOS)",
                  defaults.keep_listening);
  g_object_class_install_property(
      object_class, kTimestamps,
      g_param_spec_enum("timestamps", "Timestamps",
                        "What time the FLV tags have; that of the buffers is always the one at which they "
                        "are due",
                        timestamps_type(), static_cast<gint>(defaults.timestamps), kFlags));
  install_boolean(object_class, kLoop, "loop", "Loop", "Another name for keep-listening",
                  defaults.keep_listening);
}

bool Settings::set(guint id, const GValue* value) {
  switch (id) {
    case kHost:
      host = without_brackets(plain_string(value));
      return true;
    case kPort:
      port = g_value_get_uint(value);
      return true;
    case kApplication:
      mount.application = optional_string(value);
      return true;
    case kStreamKey:
      mount.stream_key = optional_string(value);
      return true;
    case kUsername:
      username = optional_string(value);
      return true;
    case kPassword:
      password = plain_string(value);
      return true;
    case kTakeover:
      mount.takeover = static_cast<Takeover>(g_value_get_enum(value));
      return true;
    case kEnhanced:
      mount.enhanced = g_value_get_boolean(value);
      return true;
    case kTlsCertificate: {
      auto* object = static_cast<GTlsCertificate*>(g_value_dup_object(value));
      certificate = object ? TlsCertificate(object, g_object_unref) : nullptr;
      return true;
    }
    case kCertificateFile:
      certificate_file = plain_string(value);
      return true;
    case kPrivateKeyFile:
      private_key_file = plain_string(value);
      return true;
    case kTimeout:
      mount.timeout = std::chrono::seconds(g_value_get_uint(value));
      return true;
    case kLatency:
      latency_ms = g_value_get_uint(value);
      return true;
    case kMaxQueueBytes:
      max_queue_bytes = g_value_get_uint(value);
      return true;
    case kMaxConnections:
      mount.door.max_connections = g_value_get_uint(value);
      return true;
    case kMaxConnectionsPerAddress:
      mount.door.max_connections_per_address = g_value_get_uint(value);
      return true;
    case kMaxUnpublishedConnections:
      mount.door.max_unpublished_connections = g_value_get_uint(value);
      return true;
    case kTrustedNetworks:
      trusted_networks = plain_string(value);
      return true;
    case kKeepListening:
    case kLoop:
      keep_listening = g_value_get_boolean(value);
      return true;
    case kTimestamps:
      timestamps = static_cast<Timestamps>(g_value_get_enum(value));
      return true;
    default:
      return false;
  }
}

bool Settings::get(guint id, GValue* value) const {
  switch (id) {
    case kHost:
      set_plain_string(value, host);
      return true;
    case kPort:
      g_value_set_uint(value, port);
      return true;
    case kApplication:
      set_optional_string(value, mount.application);
      return true;
    case kStreamKey:
      set_optional_string(value, mount.stream_key);
      return true;
    case kUsername:
      set_optional_string(value, username);
      return true;
    case kPassword:
      set_plain_string(value, password);
      return true;
    case kTakeover:
      g_value_set_enum(value, static_cast<gint>(mount.takeover));
      return true;
    case kEnhanced:
      g_value_set_boolean(value, mount.enhanced);
      return true;
    case kTlsCertificate:
      g_value_set_object(value, certificate.get());
      return true;
    case kCertificateFile:
      set_plain_string(value, certificate_file);
      return true;
    case kPrivateKeyFile:
      set_plain_string(value, private_key_file);
      return true;
    case kTimeout:
      g_value_set_uint(value, static_cast<guint>(mount.timeout.count()));
      return true;
    case kLatency:
      g_value_set_uint(value, latency_ms);
      return true;
    case kMaxQueueBytes:
      g_value_set_uint(value, max_queue_bytes);
      return true;
    case kMaxConnections:
      g_value_set_uint(value, static_cast<guint>(mount.door.max_connections));
      return true;
    case kMaxConnectionsPerAddress:
      g_value_set_uint(value, static_cast<guint>(mount.door.max_connections_per_address));
      return true;
    case kMaxUnpublishedConnections:
      g_value_set_uint(value, static_cast<guint>(mount.door.max_unpublished_connections));
      return true;
    case kTrustedNetworks:
      set_plain_string(value, trusted_networks);
      return true;
    case kKeepListening:
    case kLoop:
      g_value_set_boolean(value, keep_listening);
      return true;
    case kTimestamps:
      g_value_set_enum(value, static_cast<gint>(timestamps));
      return true;
    default:
      return false;
  }
}

Result<ServerConfig> Settings::server_config() const {
  ServerConfig config{.host = host, .port = static_cast<std::uint16_t>(port), .certificate = certificate};
  if (certificate) {
    if (auto checked = check_certificate(certificate.get()); !checked) return std::move(checked).error();
  } else if (!certificate_file.empty()) {
    auto loaded = load_certificate(certificate_file, private_key_file);
    if (!loaded) return std::move(loaded).error();
    config.certificate = *std::move(loaded);
  } else if (secure || !private_key_file.empty()) {
    return Error{ErrorCode::kBadCertificate, "there is none: set certificate-file or tls-certificate"};
  }
  return config;
}

Result<MountSpec> Settings::mount_spec() const {
  MountSpec spec = mount;
  auto trusted = Networks::parse(trusted_networks);
  if (!trusted) return std::move(trusted).error();
  spec.door.trusted = *std::move(trusted);
  if (username) spec.credentials = Credentials{*username, password};
  return spec;
}

}  // namespace rtmp
