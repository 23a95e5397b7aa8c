// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gio/gio.h>

#include "enums.h"
#include "property.h"

namespace rtmp {
namespace {

constexpr guint kMaxCount = 100'000;  // of connections, each of which has a thread

// Takes the brackets off an address as in a URL: "[::1]" becomes "::1".
void read_host(Settings& settings, const GValue* value) {
  std::string& host = settings.host;
  read(value, host);
  if (host.size() >= 2 && host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
}

GParamSpec* count(const char* name, const char* nick, const char* blurb, std::size_t value) {
  return g_param_spec_uint(name, nick, blurb, 1, kMaxCount, static_cast<guint>(value), kFlags);
}

const Property kProperties[] = {
    /**
     * GstRtmp2ServerSrc:host:
     *
     * The name or address to listen on. %NULL means every address of this machine, IPv4 and IPv6.
     *
     * Since: 0.9
     */
    {[] {
       return string("host", "Host", "Name or address to listen on (NULL: every address, IPv4 and IPv6)");
     },
     read_host, [](const Settings& settings, GValue* value) { write(value, settings.host); }},
    /**
     * GstRtmp2ServerSrc:port:
     *
     * The TCP port to listen on. 0 lets the system choose a free port, which #GstRtmp2ServerSrc:current-port
     * then tells.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_uint("port", "Port", "Port to listen on (0: a free one, see current-port)", 0,
                                   G_MAXUINT16, Settings().port, kFlags);
        },
        FIELD(port)),
    /**
     * GstRtmp2ServerSrc:tls-certificate:
     *
     * The server's certificate with its private key. With a certificate, publishers must use RTMPS. This
     * property takes precedence over #GstRtmp2ServerSrc:certificate-file. A certificate that is set while the
     * element listens with TLS counts from the next handshake on. If it cannot be used, the element posts a
     * warning, and the earlier one stays.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_object(
              "tls-certificate", "TLS certificate",
              "Certificate with its private key: publishers must use RTMPS then (NULL: "
              "see certificate-file)",
              G_TYPE_TLS_CERTIFICATE, kAtAnyTime);
        },
        FIELD(certificate)),
    /**
     * GstRtmp2ServerSrc:certificate-file:
     *
     * The PEM file of the server's certificate and of the chain behind it. With a certificate, publishers
     * must use RTMPS. If the file changes while the element listens, what it holds counts from the next
     * handshake on. If that cannot be used, the element posts a warning, and the earlier certificate stays.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string("certificate-file", "Certificate file",
                        "PEM file of the certificate: publishers must use RTMPS then (NULL: no TLS)");
        },
        FIELD(certificate_file)),
    /**
     * GstRtmp2ServerSrc:private-key-file:
     *
     * The PEM file of the certificate's private key. %NULL means that #GstRtmp2ServerSrc:certificate-file
     * holds the key, too.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string("private-key-file", "Private key file",
                        "PEM file of the certificate's private key (NULL: it is in certificate-file)");
        },
        FIELD(private_key_file)),
    /**
     * GstRtmp2ServerSrc:tls-ca-file:
     *
     * The PEM file of authorities that sign the certificates of publishers. With it, a publisher that uses
     * TLS must show a certificate of one of these. Handlers of #GstRtmp2ServerSrc::client-connecting see its
     * subject.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string(
              "tls-ca-file", "TLS authorities file",
              "PEM file of the authorities whose certificates publishers must show (NULL: they need none)");
        },
        FIELD(ca_file)),
    /**
     * GstRtmp2ServerSrc:tls-mode:
     *
     * Whether publishers must use TLS if there is a certificate. With `optional`, the port takes RTMP and
     * RTMPS.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_enum("tls-mode", "TLS mode",
                                   "Whether publishers must or may use TLS, if there is a certificate",
                                   tls_mode_type(), static_cast<gint>(Settings().tls_mode), kFlags);
        },
        FIELD(tls_mode)),
    /**
     * GstRtmp2ServerSrc:max-connections:
     *
     * How many connections the port may have. Of elements that share a port, the largest number counts.
     *
     * Since: 0.9
     */
    property(
        [] {
          return count("max-connections", "Maximum connections",
                       "Connections to the port; of elements that share it, the largest number counts",
                       Settings().mount.door.max_connections);
        },
        FIELD(mount.door.max_connections)),
    /**
     * GstRtmp2ServerSrc:max-connections-per-address:
     *
     * How many connections one address may have: of IPv6, one network of 64 bits. Of elements that share a
     * port, the largest number counts.
     *
     * Since: 0.9
     */
    property(
        [] {
          return count(
              "max-connections-per-address", "Maximum connections per address",
              "Connections from one address (of IPv6, from a network of 64 bits); the largest number "
              "counts",
              Settings().mount.door.max_connections_per_address);
        },
        FIELD(mount.door.max_connections_per_address)),
    /**
     * GstRtmp2ServerSrc:max-unpublished-connections:
     *
     * How many connections that do not publish the port may have. Of elements that share a port, the largest
     * number counts.
     *
     * Since: 0.9
     */
    property(
        [] {
          return count("max-unpublished-connections", "Maximum unpublished connections",
                       "Connections that do not publish, or not yet; the largest number counts",
                       Settings().mount.door.max_unpublished_connections);
        },
        FIELD(mount.door.max_unpublished_connections)),
    /**
     * GstRtmp2ServerSrc:trusted-networks:
     *
     * The networks of balancers and relays, for example `10.0.0.0/8,fd00::/8`. The limits for a single
     * address do not apply to addresses in these networks.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string(
              "trusted-networks", "Trusted networks",
              "Networks of balancers and relays, as 10.0.0.0/8,fd00::/8, which have no limit for an "
              "address (NULL: none)");
        },
        FIELD(trusted_networks)),
    /**
     * GstRtmp2ServerSrc:proxy-protocol:
     *
     * Whether balancers name their clients by the PROXY protocol, version 1 or 2. The address of such a
     * client counts wherever an address does: in signals, messages and statistics, and for limits.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_enum("proxy-protocol", "PROXY protocol",
                                   "Whether balancers name their clients by the PROXY protocol",
                                   proxy_protocol_type(), static_cast<gint>(Settings().proxy_protocol),
                                   kFlags);
        },
        FIELD(proxy_protocol)),
    /**
     * GstRtmp2ServerSrc:trusted-proxies:
     *
     * The addresses of the balancers that #GstRtmp2ServerSrc:proxy-protocol is for, for example
     * `10.0.0.5,fd00::/8`. Connections from these must begin with a header of the protocol. The element
     * refuses a header from any other address.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string(
              "trusted-proxies", "Trusted proxies",
              "Addresses of the balancers that send a header of the PROXY protocol, as 10.0.0.5,fd00::/8");
        },
        FIELD(trusted_proxies)),
    /**
     * GstRtmp2ServerSrc:allowed-networks:
     *
     * The networks from which publishers may come, for example `192.0.2.0/24,fd00::/8`. %NULL means from
     * anywhere.
     *
     * Since: 0.9
     */
    property(
        [] {
          return string(
              "allowed-networks", "Allowed networks",
              "Networks from which publishers may come, as 192.0.2.0/24,fd00::/8 (NULL: from anywhere)");
        },
        FIELD(allowed_networks)),
    /**
     * GstRtmp2ServerSrc:accepting:
     *
     * Whether the element takes new publishers. With %FALSE, those in place go on, and one that connects
     * again is new. It can be changed in any state.
     *
     * Since: 0.9
     */
    property(
        [] {
          return boolean("accepting", "Accepting",
                         "Take new publishers (FALSE: those in place go on, nobody else comes in)",
                         Settings().accepting, kAtAnyTime);
        },
        FIELD(accepting)),
    /**
     * GstRtmp2ServerSrc:drain-mode:
     *
     * What the port does while #GstRtmp2ServerSrc:accepting is %FALSE. A port that elements share is closed
     * if all of them want that.
     *
     * Since: 0.9
     */
    property(
        [] {
          return g_param_spec_enum("drain-mode", "Drain mode", "What the port does while accepting is FALSE",
                                   drain_mode_type(), static_cast<gint>(Settings().drain_mode), kFlags);
        },
        FIELD(drain_mode)),
};

}  // namespace

std::span<const Property> port_properties() { return kProperties; }

}  // namespace rtmp
