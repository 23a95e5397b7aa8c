// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "rtmp/result.h"
#include "rtmp/tls_certificate.h"

namespace rtmp {

/// What a server shows to clients of TLS, and asks of them. It follows files that are renewed: it looks at
/// them when a handshake asks for it, at most once in kLookInterval, and has no thread. If what is in the
/// files cannot be used, the earlier identity stays. Any thread may call any function.
class TlsIdentity {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kLookInterval{1};

  struct Setup {
    TlsCertificate certificate;  // null: no TLS
    TlsAuthorities authorities;  // null: clients need no certificate
  };
  /// What it tells of. One thread at a time calls these, without a lock.
  struct Events {
    std::function<void(const std::string& what)> renewed;
    std::function<void(const Error& why)> refused;  // once for each change of the files
  };

  /// `files` are those of the setup. Names that are empty are not followed.
  TlsIdentity(Setup setup, TlsFiles files, Events events);

  /// Returns what the next handshake uses. If the files have changed, one caller loads them, and blocks as
  /// load_certificate() does; the others get the earlier setup meanwhile.
  Setup current(Clock::time_point now = Clock::now());
  /// Returns the certificate of the last handshake or later, without a look at the files.
  [[nodiscard]] TlsCertificate certificate() const;
  /// From now on this certificate, which must have been checked, is used in place of the files.
  void set_certificate(TlsCertificate certificate);

 private:
  // By what a change of a file shows, also where the name leads to another file.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = -1;
    std::int64_t modified = 0;  // ns
    std::int64_t changed = 0;   // ns
    bool operator==(const Stamp&) const = default;
  };
  using Stamps = std::array<Stamp, 3>;

  static Stamp stamp_of(const std::string& file);
  static Result<Setup> load(const TlsFiles& files);

  const Events events_;
  mutable std::mutex mutex_;  // guards what follows
  Setup setup_;
  TlsFiles files_;
  Stamps seen_{};
  Clock::time_point next_look_{};
  bool loading_ = false;
};

}  // namespace rtmp
