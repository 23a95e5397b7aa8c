// SPDX-License-Identifier: LGPL-2.1-or-later
// The servers of this process: one for each address that is listened on.
#include <gio/gio.h>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>

#include "rtmp/server.h"

namespace rtmp {
namespace {

struct Entry {
  ServerConfig config;             // with the port that it has got
  std::weak_ptr<Server> server{};  // empty while it starts or stops
};

struct Registry {
  std::mutex mutex;
  std::condition_variable changed;  // a server has started, has failed to start, or has stopped
  std::list<Entry> entries;
};

Registry& registry() {
  static auto* the = new Registry;  // never deleted, because elements may outlive static objects
  return *the;
}

bool same(const TlsCertificate& a, const TlsCertificate& b) {
  if (!a || !b) return a == b;
  return a == b || g_tls_certificate_is_same(a.get(), b.get());
}

// Returns which settings are not the same, or "". `now` is the certificate that the server there uses now.
std::string differences(const ServerConfig& there, const TlsCertificate& now, const ServerConfig& here) {
  const bool same_files = !here.tls_files.certificate.empty() &&
                          there.tls_files.certificate == here.tls_files.certificate &&
                          there.tls_files.private_key == here.tls_files.private_key;
  std::string names;
  const auto compare = [&](const char* name, bool is_same) {
    if (!is_same) names.append(names.empty() ? "" : ", ").append(name);
  };
  compare("certificate",
          same_files || same(now, here.certificate) || same(there.certificate, here.certificate));
  compare("tls-ca-file", there.tls_files.authorities == here.tls_files.authorities);
  compare("tls-mode", there.tls_mode == here.tls_mode);
  compare("proxy-protocol", there.proxies.empty() == here.proxies.empty());
  compare("trusted-proxies", there.proxies.empty() || here.proxies.empty() || there.proxies == here.proxies);
  return names;
}

void erase(std::list<Entry>::iterator entry) {
  std::lock_guard lock(registry().mutex);
  registry().entries.erase(entry);
  registry().changed.notify_all();
}

// Blocks while the host's name is looked up. Only callers with the same address wait for that, because there
// is an entry without a server meanwhile. Each entry with port 0 is a different one.
Result<std::shared_ptr<Server>> start_new(std::unique_ptr<Server> fresh, std::list<Entry>::iterator entry) {
  if (auto started = fresh->start(); !started) {
    erase(entry);
    return std::move(started).error();
  }
  const std::shared_ptr<Server> server(fresh.release(), [entry](Server* stopping) {
    delete stopping;
    erase(entry);
  });
  std::lock_guard lock(registry().mutex);
  entry->config.port = server->port();
  entry->server = server;
  registry().changed.notify_all();
  return server;
}

}  // namespace

Result<std::shared_ptr<Server>> Server::share(const ServerConfig& config, Logger& logger, MountSpec spec,
                                              MountDelegate& delegate) {
  auto& [mutex, changed, entries] = registry();
  std::shared_ptr<Server> server;  // is released after the lock: the last reference takes the lock
  std::unique_lock lock(mutex);
  for (;;) {
    const auto there = std::ranges::find_if(entries, [&](const Entry& entry) {
      return config.port != 0 && entry.config.host == config.host && entry.config.port == config.port;
    });
    if (there == entries.end()) break;
    if (server = there->server.lock(); !server) {
      changed.wait(lock);
      continue;
    }
    if (const auto differ = differences(there->config, server->certificate(), config); !differ.empty())
      return Error{ErrorCode::kOtherSettings, spec.owner + " and " + server->owner() + " share port " +
                                                  std::to_string(config.port) + " and differ in: " + differ};
    lock.unlock();
    if (auto claimed = server->claim(std::move(spec), delegate); !claimed) return std::move(claimed).error();
    return server;
  }
  auto fresh = std::make_unique<Server>(config, logger);
  if (auto claimed = fresh->claim(std::move(spec), delegate); !claimed) return std::move(claimed).error();
  const auto entry = entries.insert(entries.end(), {config});
  lock.unlock();
  return start_new(std::move(fresh), entry);
}

}  // namespace rtmp
