// SPDX-License-Identifier: LGPL-2.1-or-later
#include "listener.h"

#include <sys/socket.h>

#include <system_error>

#include "descriptors.h"

namespace rtmp {
namespace {

constexpr int kBacklog = 1024;  // a connection for which there is no room waits a second
constexpr int kReceiveBuffer = 4 << 20;
// After a failed accept(), probably because there are no descriptors, the connection stays in the queue.
constexpr int kAcceptRetryMs = 100;
constexpr int kOpenRetryMs = 1000;

Error failure(ErrorCode code, const std::string& what, GError* raw) {
  GErrorPtr error(raw);
  return {code, what + ": " + error->message};
}

using Addresses = std::vector<GObjectPtr<GSocketAddress>>;

// An address as text may have a zone: fe80::1%eth0.
Result<Addresses> resolve(const std::string& host, std::uint16_t port) {
  Addresses addresses;
  if (GSocketAddress* address = g_inet_socket_address_new_from_string(host.c_str(), port)) {
    addresses.emplace_back(address);
    return addresses;
  }
  GObjectPtr<GResolver> resolver(g_resolver_get_default());
  GError* error = nullptr;
  GList* found = g_resolver_lookup_by_name(resolver.get(), host.c_str(), nullptr, &error);
  if (!found) return failure(ErrorCode::kCannotListen, "'" + host + "'", error);
  for (GList* item = found; item; item = item->next)
    addresses.emplace_back(g_inet_socket_address_new(static_cast<GInetAddress*>(item->data), port));
  g_resolver_free_addresses(found);
  return addresses;
}

// The same address with another port.
GObjectPtr<GSocketAddress> at_port(GSocketAddress* address, std::uint16_t port) {
  auto* inet = G_INET_SOCKET_ADDRESS(address);
  const bool v6 = g_socket_address_get_family(address) == G_SOCKET_FAMILY_IPV6;
  return GObjectPtr<GSocketAddress>(G_SOCKET_ADDRESS(g_object_new(
      G_TYPE_INET_SOCKET_ADDRESS, "address", g_inet_socket_address_get_address(inet), "port",
      static_cast<guint>(port), "scope-id", v6 ? g_inet_socket_address_get_scope_id(inet) : 0, nullptr)));
}

}  // namespace

Result<void> Listener::start(const std::string& host, std::uint16_t port, Accepted accepted,
                             std::function<void()> woken) {
  port_ = port;
  if (host.empty()) {
    // One IPv6 socket accepts IPv4, too, if the machine has IPv6 at all.
    GObjectPtr<GInetAddress> any6(g_inet_address_new_any(G_SOCKET_FAMILY_IPV6));
    GObjectPtr<GSocketAddress> address6(g_inet_socket_address_new(any6.get(), port));
    auto listening = listen(address6.get());
    if (!listening && listening.error().code != ErrorCode::kAddressInUse) {
      GObjectPtr<GInetAddress> any4(g_inet_address_new_any(G_SOCKET_FAMILY_IPV4));
      GObjectPtr<GSocketAddress> address4(g_inet_socket_address_new(any4.get(), port));
      listening = listen(address4.get());
    }
    if (!listening) return listening;
  } else {
    auto listening = listen_on_all(host);
    if (!listening) return listening;
  }
  if (few_descriptors_left(sockets_.back().get()))
    return Error{ErrorCode::kCannotListen, "too few file descriptors are left"};
  g_cancellable_make_pollfd(wake_.get(), &wake_fd_);
  try {
    thread_ = std::thread(
        [this, accepted = std::move(accepted), woken = std::move(woken)] { accept_loop(accepted, woken); });
  } catch (const std::system_error& error) {
    g_cancellable_release_fd(wake_.get());
    sockets_.clear();
    return Error{ErrorCode::kNoThread, error.what()};
  }
  return {};
}

// A name may have addresses that this machine does not have: localhost is also ::1 if IPv6 is off. These are
// skipped. An address where another program listens is not skipped, because clients of the name would reach
// that program.
Result<void> Listener::listen_on_all(const std::string& host) {
  auto addresses = resolve(host, port_);
  if (!addresses) return std::move(addresses).error();
  Result<void> failed;
  for (const auto& address : *addresses) {
    auto listening = listen(at_port(address.get(), port_).get());
    if (listening) continue;
    if (listening.error().code == ErrorCode::kAddressInUse) return listening;
    if (logger_.enabled(LogLevel::kInfo))
      logger_.log(LogLevel::kInfo, "does not listen on " + listening.error().detail);
    if (failed) failed = std::move(listening);
  }
  return sockets_.empty() ? std::move(failed) : Result<void>();
}

Result<void> Listener::listen(GSocketAddress* address) {
  GError* error = nullptr;
  gchar* text = g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(address));
  const std::string where = text;
  g_free(text);

  GObjectPtr<GSocket> socket(g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM,
                                          G_SOCKET_PROTOCOL_TCP, &error));
  if (!socket) return failure(ErrorCode::kCannotListen, where, error);
  g_socket_set_blocking(socket.get(), FALSE);
  g_socket_set_listen_backlog(socket.get(), kBacklog);
  // Accepted sockets inherit this. Later it would not reach the window scale of the TCP handshake.
  g_socket_set_option(socket.get(), SOL_SOCKET, SO_RCVBUF, kReceiveBuffer, nullptr);
  if (!g_socket_bind(socket.get(), address, TRUE, &error) || !g_socket_listen(socket.get(), &error)) {
    const bool in_use = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
    return failure(in_use ? ErrorCode::kAddressInUse : ErrorCode::kCannotListen, where, error);
  }
  GObjectPtr<GSocketAddress> local(g_socket_get_local_address(socket.get(), &error));
  if (!local) return failure(ErrorCode::kCannotListen, where, error);
  // Other threads may read it while the port opens again, where it is the same.
  if (port_ == 0) port_ = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(local.get()));
  sockets_.push_back(std::move(socket));
  addresses_.push_back(std::move(local));
  return {};
}

void Listener::set_open(bool open) {
  if (open == open_) return;
  open_ = open;
  if (logger_.enabled(LogLevel::kInfo))
    logger_.log(LogLevel::kInfo, open ? "opens again" : "is closed for now");
  if (!open) sockets_.clear();
}

// Returns false if an address is not free. Then none is listened on.
bool Listener::open_again() {
  const auto addresses = std::move(addresses_);
  addresses_.clear();
  Result<void> listening;
  for (const auto& address : addresses)
    if (listening) listening = listen(address.get());
  if (listening) return true;
  sockets_.clear();
  addresses_.clear();
  for (const auto& address : addresses)
    addresses_.emplace_back(static_cast<GSocketAddress*>(g_object_ref(address.get())));
  warnings_.warn("open", "cannot listen again on " + listening.error().detail);
  return false;
}

void Listener::accept_loop(const Accepted& accepted, const std::function<void()>& woken) {
  std::vector<GPollFD> waits;
  int patience = -1;
  for (;;) {
    if (open_ && sockets_.empty()) patience = open_again() ? -1 : kOpenRetryMs;
    if (!open_) patience = -1;
    waits.assign(1, wake_fd_);
    for (const auto& socket : sockets_)
      waits.push_back({.fd = g_socket_get_fd(socket.get()), .events = G_IO_IN, .revents = 0});
    g_poll(waits.data(), static_cast<guint>(waits.size()), patience);
    if (waits[0].revents != 0) {
      g_cancellable_reset(wake_.get());
      if (stopped_) return;
      woken();
    }
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      if (waits[i + 1].revents == 0) continue;
      GError* error = nullptr;
      if (GSocket* socket = g_socket_accept(sockets_[i].get(), nullptr, &error)) {
        accepted(GObjectPtr<GSocket>(socket));
        continue;
      }
      GErrorPtr owned(error);
      if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) continue;  // the client has left again
      warnings_.warn("accept", std::string("cannot accept a connection: ") + error->message);
      g_poll(waits.data(), 1, kAcceptRetryMs);
    }
  }
}

void Listener::stop() {
  stopped_ = true;
  wake();
  if (thread_.joinable()) {
    thread_.join();
    g_cancellable_release_fd(wake_.get());
  }
  sockets_.clear();
}

}  // namespace rtmp
