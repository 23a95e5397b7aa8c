// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tls_stream.h"

#include <algorithm>
#include <array>
#include <string>

#include "endian.h"
#include "handshake.h"

namespace rtmp {
namespace {

// A record (RFC 8446, 5.1): its type, its version (2) and length (2). A ClientHello (4.1.2): the message's
// type and length (3), and the highest version up to 1.2 that the client has (2).
constexpr std::size_t kRecordHeader = 5;
constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kMajorVersion = 3;
constexpr std::size_t kLongestRecord = 1 << 14;
constexpr std::size_t kMessageHeader = 4;
constexpr std::size_t kUpToVersion = 6;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint16_t kTls12 = 0x0303;

constexpr std::uint8_t kProtocolVersionAlert[] = {21, 3, 1, 0, 2, 2, 70};

Error too_long() { return {ErrorCode::kBadHandshake, "TLS: a ClientHello that is too long"}; }
Error too_old() { return {ErrorCode::kBadHandshake, "TLS: a version before 1.2"}; }

Error not_tls(std::span<const std::uint8_t> start) {
  constexpr std::uint8_t kRtmpVersion = 3;
  if (start[0] == kRtmpVersion)
    return {ErrorCode::kBadHandshake, "RTMP without TLS on a port that has it: publish to rtmps://"};
  Error error = not_rtmp(start);
  if (error.code == ErrorCode::kHttp || start[0] == 'P' || start[0] == '\r') return error;  // that is PROXY
  return {ErrorCode::kBadHandshake, "not TLS: the first byte is " + std::to_string(start[0])};
}

}  // namespace

bool begins_tls(std::uint8_t first) { return first == kHandshakeRecord; }

TlsStream::TlsStream(ByteStream& inner, GTlsCertificate* certificate, GTlsDatabase* authorities)
    : inner_(inner),
      certificate_(static_cast<GTlsCertificate*>(g_object_ref(certificate))),
      authorities_(authorities ? static_cast<GTlsDatabase*>(g_object_ref(authorities)) : nullptr),
      io_(inner) {}

Result<void> TlsStream::handshake(const std::function<Result<void>()>& begins) {
  if (auto begun = expect_client_hello(); !begun) return begun;
  if (auto may = begins(); !may) return may;
  io_.clear_failure();
  GError* error = nullptr;
  // g_tls_server_connection_new() does the same, and sets a database: each connection would load a list of
  // authorities, of some MB, although few clients show a certificate.
  connection_.reset(static_cast<GIOStream*>(
      g_initable_new(g_tls_backend_get_server_connection_type(g_tls_backend_get_default()), nullptr, &error,
                     "base-io-stream", io_.stream(), "certificate", certificate_.get(), "database",
                     authorities_.get(), "authentication-mode",
                     authorities_ ? G_TLS_AUTHENTICATION_REQUIRED : G_TLS_AUTHENTICATION_NONE, nullptr)));
  if (!connection_) return failure(ErrorCode::kBadHandshake, error);
  auto* tls = G_TLS_CONNECTION(connection_.get());
  // GIO asks the server about each certificate of a client, and has compared it with the authorities.
  g_signal_connect(tls, "accept-certificate",
                   G_CALLBACK(+[](GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags wrong,
                                  void*) -> gboolean { return wrong == 0; }),
                   nullptr);
  if (!g_tls_connection_handshake(tls, nullptr, &error)) return failure(ErrorCode::kBadHandshake, error);
  if (g_tls_connection_get_protocol_version(tls) < G_TLS_PROTOCOL_VERSION_TLS_1_2) return too_old();
  io_.refuse_handshakes();
  return {};
}

// The rest of the handshake takes a thread of a pool that the whole process shares. A client that is silent
// or speaks another protocol gets no such thread. Neither does an old version of TLS, which GIO would accept
// and cannot be told to refuse. The message may be divided into as many records as it has bytes.
Result<void> TlsStream::expect_client_hello() {
  std::array<std::uint8_t, kUpToVersion> start{};
  std::size_t length = kUpToVersion;  // the length of the message, as far as it is known
  for (std::size_t at = 0, got = 0; got < length;) {
    auto header = io_.peek(at + kRecordHeader);
    if (!header) return std::move(header).error();
    const auto* bytes = header->data() + at;
    const std::size_t size = load_be16(bytes + 3);
    if (bytes[0] != kHandshakeRecord || bytes[1] != kMajorVersion || size == 0 || size > kLongestRecord)
      return not_tls(*header);
    at += kRecordHeader;
    if (at + size + kRecordHeader > IoStreamAdapter::kReadAhead) return too_long();
    auto record = io_.peek(at + size);
    if (!record) return std::move(record).error();
    for (std::size_t i = 0; i < size && got + i < start.size(); ++i) start[got + i] = (*record)[at + i];
    at += size;
    got += size;
    if (start[0] != kClientHello) return Error{ErrorCode::kBadHandshake, "TLS: no ClientHello"};
    if (got >= kMessageHeader)
      length = std::max(kUpToVersion, kMessageHeader + (std::size_t{start[1]} << 16) + load_be16(&start[2]));
    if (length > IoStreamAdapter::kReadAhead) return too_long();
  }
  if (load_be16(&start[kMessageHeader]) < kTls12) {
    if (auto told = inner_.write(kProtocolVersionAlert); !told) return told;
    return too_old();
  }
  return {};
}

Result<std::size_t> TlsStream::read(std::span<std::uint8_t> first, std::span<std::uint8_t> /*second*/) {
  io_.clear_failure();
  GError* error = nullptr;
  const gssize got = g_input_stream_read(g_io_stream_get_input_stream(connection_.get()), first.data(),
                                         first.size(), nullptr, &error);
  if (got < 0) return failure(ErrorCode::kIo, error);
  if (got == 0) return Error{ErrorCode::kEndOfStream, "the peer closed the connection"};
  return static_cast<std::size_t>(got);
}

Result<void> TlsStream::write(std::span<const std::uint8_t> bytes) {
  io_.clear_failure();
  GError* error = nullptr;
  if (!g_output_stream_write_all(g_io_stream_get_output_stream(connection_.get()), bytes.data(), bytes.size(),
                                 nullptr, nullptr, &error))
    return failure(ErrorCode::kIo, error);
  return {};
}

std::string TlsStream::client_subject() const {
  GTlsCertificate* shown = g_tls_connection_get_peer_certificate(G_TLS_CONNECTION(connection_.get()));
  gchar* subject = nullptr;
  if (shown) g_object_get(shown, "subject-name", &subject, nullptr);
  std::string text = subject ? subject : "";
  g_free(subject);
  return text;
}

void TlsStream::finish() {
  io_.clear_failure();
  g_output_stream_close(g_io_stream_get_output_stream(connection_.get()), nullptr, nullptr);
}

Error TlsStream::failure(ErrorCode code, GError* raw) const {
  GErrorPtr error(raw);
  if (io_.failure()) return *io_.failure();
  return {code, std::string("TLS: ") + error->message};
}

}  // namespace rtmp
