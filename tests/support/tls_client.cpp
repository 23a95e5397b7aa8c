// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tls_client.h"

namespace rtmp::test {
namespace {

constexpr guint kPatience = 10;  // seconds

gboolean trust_any(GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags, void*) { return TRUE; }

bool write_all(GIOStream* stream, std::span<const std::uint8_t> bytes) {
  return g_output_stream_write_all(g_io_stream_get_output_stream(stream), bytes.data(), bytes.size(), nullptr,
                                   nullptr, nullptr);
}

}  // namespace

TlsClient::TlsClient(std::uint16_t port)
    : socket_(g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, nullptr)) {
  GObjectPtr<GSocketAddress> address(g_inet_socket_address_new_from_string("127.0.0.1", port));
  g_socket_set_timeout(socket_.get(), kPatience);
  g_socket_connect(socket_.get(), address.get(), nullptr, nullptr);
  base_.reset(g_socket_connection_factory_create_connection(socket_.get()));
  tls_.reset(g_tls_client_connection_new(G_IO_STREAM(base_.get()), nullptr, nullptr));
  g_tls_connection_set_database(G_TLS_CONNECTION(tls_.get()), nullptr);
  g_signal_connect(tls_.get(), "accept-certificate", G_CALLBACK(trust_any), nullptr);
}

bool TlsClient::send_raw(const Bytes& bytes) { return write_all(G_IO_STREAM(base_.get()), bytes); }

bool TlsClient::handshake() {
  return g_tls_connection_handshake(G_TLS_CONNECTION(tls_.get()), nullptr, nullptr);
}

void TlsClient::show(GTlsCertificate* certificate) {
  g_tls_connection_set_certificate(G_TLS_CONNECTION(tls_.get()), certificate);
}

std::string TlsClient::server_certificate() {
  gchar* pem = nullptr;
  GTlsCertificate* shown = g_tls_connection_get_peer_certificate(G_TLS_CONNECTION(tls_.get()));
  if (shown) g_object_get(shown, "certificate-pem", &pem, nullptr);
  std::string text = pem ? pem : "";
  g_free(pem);
  return text;
}

bool TlsClient::send(const Bytes& bytes) { return write_all(tls_.get(), bytes); }

Bytes TlsClient::receive(std::size_t n) {
  Bytes bytes(n);
  gsize got = 0;
  g_input_stream_read_all(g_io_stream_get_input_stream(tls_.get()), bytes.data(), n, &got, nullptr, nullptr);
  bytes.resize(got);
  return bytes;
}

bool TlsClient::told_of_the_end() {
  std::uint8_t byte = 0;
  return g_input_stream_read(g_io_stream_get_input_stream(tls_.get()), &byte, 1, nullptr, nullptr) == 0;
}

Result<std::size_t> TlsClient::read(std::span<std::uint8_t> first, std::span<std::uint8_t> /*second*/) {
  GError* raw = nullptr;
  const gssize got = g_input_stream_read(g_io_stream_get_input_stream(tls_.get()), first.data(), first.size(),
                                         nullptr, &raw);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got == 0) return Error{ErrorCode::kEndOfStream, "the server is done"};
  const GErrorPtr error(raw);
  ErrorCode code = ErrorCode::kIo;
  if (g_error_matches(raw, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) code = ErrorCode::kTimedOut;
  if (g_error_matches(raw, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)) code = ErrorCode::kReset;
  return Error{code, error->message};
}

Result<void> TlsClient::write(std::span<const std::uint8_t> bytes) {
  if (write_all(tls_.get(), bytes)) return {};
  return Error{ErrorCode::kIo, "cannot write"};
}

void TlsClient::close() { g_io_stream_close(tls_.get(), nullptr, nullptr); }

void TlsClient::drop() { g_socket_close(socket_.get(), nullptr); }

}  // namespace rtmp::test
