// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gio/gio.h>
#include <sys/socket.h>

#include <array>
#include <system_error>
#include <thread>

#include "gio_stream.h"
#include "rtmp/tls_certificate.h"
#include "tls_stream.h"

namespace rtmp {
namespace {

constexpr std::chrono::seconds kPatience{10};

struct GFree {
  void operator()(gchar* text) const { g_free(text); }
};
using Text = std::unique_ptr<gchar, GFree>;
using CertificatePtr = GObjectPtr<GTlsCertificate>;

Error bad(std::string detail) { return {ErrorCode::kBadCertificate, std::move(detail)}; }
Error bad(const std::string& file, GError* raw) {
  GErrorPtr error(raw);
  return bad(file + ": " + error->message);
}

Result<void> need_backend() {
  if (g_tls_backend_supports_tls(g_tls_backend_get_default())) return {};
  return bad("GIO has no TLS here: install glib-networking");
}

Result<Text> read_file(const std::string& file) {
  gchar* contents = nullptr;
  GError* error = nullptr;
  if (!g_file_get_contents(file.c_str(), &contents, nullptr, &error)) return bad(file, error);
  return Text(contents);
}

bool has_private_key(GTlsCertificate* certificate) {
  gchar* pem = nullptr;
  gchar* token = nullptr;  // set if the key is on a device
  g_object_get(certificate, "private-key-pem", &pem, "private-key-pkcs11-uri", &token, nullptr);
  const bool has = pem || token;
  g_free(pem);
  g_free(token);
  return has;
}

// Both ends of a connection within this process.
std::array<GObjectPtr<GSocket>, 2> make_socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return {};
  return {GObjectPtr<GSocket>(g_socket_new_from_fd(ends[0], nullptr)),
          GObjectPtr<GSocket>(g_socket_new_from_fd(ends[1], nullptr))};
}

gboolean accept_any(GTlsConnection*, GTlsCertificate*, GTlsCertificateFlags, void*) { return TRUE; }

// Does the client's side of a handshake, and accepts any certificate. Returns "" or what went wrong.
std::string connect(GSocket* socket) {
  g_socket_set_timeout(socket, static_cast<guint>(kPatience.count()));
  GObjectPtr<GSocketConnection> base(g_socket_connection_factory_create_connection(socket));
  GError* error = nullptr;
  GObjectPtr<GIOStream> client(g_tls_client_connection_new(G_IO_STREAM(base.get()), nullptr, &error));
  if (client) {
    g_tls_connection_set_database(G_TLS_CONNECTION(client.get()), nullptr);
    g_signal_connect(client.get(), "accept-certificate", G_CALLBACK(accept_any), nullptr);
    g_tls_connection_handshake(G_TLS_CONNECTION(client.get()), nullptr, &error);
  }
  GErrorPtr failed(error);
  return failed ? failed->message : "";
}

}  // namespace

Result<void> check_certificate(GTlsCertificate* certificate) {
  if (auto backend = need_backend(); !backend) return backend;
  if (!has_private_key(certificate)) return bad("there is no private key with the certificate");
  auto [near, far] = make_socket_pair();
  if (!near || !far) return bad("the certificate cannot be tried: no sockets");

  GioStream server_end(std::move(near), [] {});
  server_end.set_deadline(GioStream::Clock::now() + kPatience);
  Result<void> served;
  std::thread server;
  try {
    server = std::thread([&] {
      served = TlsStream(server_end, certificate).handshake();
      server_end.close();
    });
  } catch (const std::system_error& error) {
    return Error{ErrorCode::kNoThread, error.what()};
  }
  const std::string failed = connect(far.get());
  g_socket_close(far.get(), nullptr);
  server.join();
  if (failed.empty()) return {};
  const bool server_knows = !served && served.error().code == ErrorCode::kBadHandshake;
  return bad("the certificate and its private key do not go together: " +
             (server_knows ? served.error().detail : failed));
}

Result<TlsAuthorities> load_authorities(const std::string& file) {
  if (auto backend = need_backend(); !backend) return std::move(backend).error();
  // GIO's database is empty if the file has no certificate, and trusts nobody then.
  GError* error = nullptr;
  GList* found = g_tls_certificate_list_new_from_file(file.c_str(), &error);
  if (error) return bad(file, error);
  if (!found) return bad(file + ": there is no certificate in it");
  g_list_free_full(found, g_object_unref);
  gchar* path = g_canonicalize_filename(file.c_str(), nullptr);
  GTlsDatabase* database = g_tls_file_database_new(path, &error);
  g_free(path);
  if (!database) return bad(file, error);
  return TlsAuthorities(database, GObjectUnref());
}

Result<TlsCertificate> load_certificate(const std::string& certificate_file,
                                        const std::string& private_key_file) {
  if (auto backend = need_backend(); !backend) return std::move(backend).error();
  const auto pem = read_file(certificate_file);
  if (!pem) return pem.error();
  GError* error = nullptr;
  CertificatePtr certificate(g_tls_certificate_new_from_pem(pem->get(), -1, &error));
  if (!certificate) return bad(certificate_file, error);

  const std::string& key_file = private_key_file.empty() ? certificate_file : private_key_file;
  if (!private_key_file.empty()) {
    if (auto key = read_file(key_file); !key) return std::move(key).error();
    // The certificate has been parsed, so only the key can be wrong now.
    certificate.reset(g_tls_certificate_new_from_files(certificate_file.c_str(), key_file.c_str(), &error));
    if (!certificate) return bad(key_file, error);
  }
  if (auto checked = check_certificate(certificate.get()); !checked) {
    if (checked.error().code != ErrorCode::kBadCertificate) return std::move(checked).error();
    return bad(key_file + ": " + checked.error().detail);
  }
  return TlsCertificate(certificate.release(), GObjectUnref());
}

}  // namespace rtmp
