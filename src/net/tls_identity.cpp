// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tls_identity.h"

#include <sys/stat.h>

namespace rtmp {
namespace {

std::int64_t in_ns(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

}  // namespace

// The files are loaded once more at the first handshake: whether they have changed since they were loaded is
// not known.
TlsIdentity::TlsIdentity(Setup setup, TlsFiles files, Events events)
    : events_(std::move(events)), setup_(std::move(setup)), files_(std::move(files)) {}

TlsIdentity::Setup TlsIdentity::current(Clock::time_point now) {
  std::unique_lock lock(mutex_);
  const TlsFiles files = files_;
  if (files == TlsFiles() || loading_ || now < next_look_) return setup_;
  next_look_ = now + kLookInterval;
  const Stamps stamps{stamp_of(files.certificate), stamp_of(files.private_key), stamp_of(files.authorities)};
  if (stamps == seen_) return setup_;
  const bool first = seen_ == Stamps();
  seen_ = stamps;
  loading_ = true;
  lock.unlock();
  auto loaded = load(files);
  lock.lock();
  loading_ = false;
  if (files != files_) return setup_;  // another certificate was set meanwhile
  if (loaded) {
    if (!files.certificate.empty()) setup_.certificate = std::move(loaded->certificate);
    if (!files.authorities.empty()) setup_.authorities = std::move(loaded->authorities);
  }
  const Setup setup = setup_;
  lock.unlock();
  if (!loaded)
    events_.refused(loaded.error());
  else if (!first)
    events_.renewed(files.certificate.empty() ? files.authorities : files.certificate);
  return setup;
}

TlsCertificate TlsIdentity::certificate() const {
  std::lock_guard lock(mutex_);
  return setup_.certificate;
}

void TlsIdentity::set_certificate(TlsCertificate certificate) {
  std::lock_guard lock(mutex_);
  setup_.certificate = std::move(certificate);
  files_.certificate.clear();
  files_.private_key.clear();
}

// Follows links, as tools that renew certificates make them.
TlsIdentity::Stamp TlsIdentity::stamp_of(const std::string& file) {
  struct stat status {};
  if (file.empty() || ::stat(file.c_str(), &status) != 0) return {};
#ifdef __APPLE__
  const timespec modified = status.st_mtimespec;
  const timespec changed = status.st_ctimespec;
#else
  const timespec modified = status.st_mtim;
  const timespec changed = status.st_ctim;
#endif
  return {.device = static_cast<std::uint64_t>(status.st_dev),
          .inode = static_cast<std::uint64_t>(status.st_ino),
          .size = static_cast<std::int64_t>(status.st_size),
          .modified = in_ns(modified),
          .changed = in_ns(changed)};
}

Result<TlsIdentity::Setup> TlsIdentity::load(const TlsFiles& files) {
  Setup setup;
  if (!files.certificate.empty()) {
    auto certificate = load_certificate(files.certificate, files.private_key);
    if (!certificate) return std::move(certificate).error();
    setup.certificate = *std::move(certificate);
  }
  if (!files.authorities.empty()) {
    auto authorities = load_authorities(files.authorities);
    if (!authorities) return std::move(authorities).error();
    setup.authorities = *std::move(authorities);
  }
  return setup;
}

}  // namespace rtmp
