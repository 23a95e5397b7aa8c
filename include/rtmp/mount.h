// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "rtmp/credentials.h"
#include "rtmp/limits.h"
#include "rtmp/networks.h"
#include "rtmp/publish.h"
#include "rtmp/tag.h"

namespace rtmp {

/// Decides about a publisher that asks for the application and the stream key of another one, which is in
/// place.
enum class Takeover {
  kStale,    // the newcomer replaces it if nothing of it has come for limits::kStaleAfter
  kRefuse,   // the newcomer is turned away
  kReplace,  // the newcomer replaces it at once
};

/// The limits that a mount wants for its port. If several mounts share the port, the largest number of each
/// counts, and the networks of all of them are trusted.
struct Door {
  std::size_t max_connections = limits::kMaxConnections;
  std::size_t max_connections_per_address = limits::kMaxConnectionsPerAddress;
  std::size_t max_unpublished_connections = limits::kMaxUnpublishedConnections;
  // The networks of load balancers and relays. Many clients share an address there, so the limits of an
  // address do not apply. Wrong keys from all these networks are counted together for the port, wrong logins
  // for each user.
  Networks trusted{};
  // The networks from which connections are accepted. Empty: all. If several mounts share the port, those of
  // all.
  Networks allowed{};

  /// Returns whether connections from this address are accepted.
  [[nodiscard]] bool lets_in(const std::string& address) const {
    return allowed.empty() || allowed.contain(address);
  }
};

/// What a publisher of a mount may send. One that goes beyond is told so, and closed. 0: no limit.
struct PublisherLimits {
  std::uint32_t max_bitrate = 0;        // bits per second, over ten seconds
  std::uint32_t max_picture_width = 0;  // as the codec says
  std::uint32_t max_picture_height = 0;
  bool operator==(const PublisherLimits&) const = default;
};

/// Whether a mount takes new publishers. The publisher in place goes on in any case. One that connects again
/// is new.
enum class Accepting {
  kYes,
  kNo,      // they are told so
  kClosed,  // they cannot connect, if that is so of all mounts of the port: it is closed meanwhile
};

/// Which publishers a mount takes, and how. A mount without an application takes any application, and one
/// without a stream key takes any key. A publisher may put the boundary between the two elsewhere:
/// application "live" with key "room/key" is the same as "live/room" with "key".
struct MountSpec {
  std::string owner{};  // what claims it, for messages
  std::optional<std::string> application;
  std::optional<std::string> stream_key;
  std::optional<Credentials> credentials;  // that a publisher must prove to have
  Takeover takeover = Takeover::kStale;
  bool enhanced = true;  // takes Enhanced RTMP v2; else only the codecs of FLV 10.1, see EndReason::kNotTaken
  // Nobody publishes to the mount itself: its delegate claims another mount for each publisher that it lets
  // through, and that mount may name the very same. A publisher without one hears that it is busy.
  bool hands_on = false;
  Accepting accepting = Accepting::kYes;  // at first
  PublisherLimits limits{};
  Door door{};
  std::chrono::seconds timeout{30};  // a publisher that sends nothing for so long is closed; 0: never
};

/// How much a delegate accepts from a publisher before it makes the publisher wait in tag() and flush().
enum class Ahead {
  kUsual,
  kMore,  // limits::kMaxBeyondQueue more, because a newcomer waits to see whether the publisher still sends
  kAll,   // everything: the publisher is being replaced
};

/// Receives what is published to a mount. Reader threads make all calls but those of the last group. No call
/// may wait for the Server's release() or stop().
class MountDelegate {
 public:
  virtual ~MountDelegate() = default;

  /// Returns whether a publisher that matches the mount may publish. The publisher waits for the answer,
  /// which may take time. Several publishers may be asked about at once, also while another one publishes.
  /// The delegate may claim a more specific mount here, or one as specific if its own hands publishers on;
  /// the publisher then goes to that mount.
  virtual bool allows(const PublishRequest& request) = 0;

  /// A publisher has begun. One thread makes all calls for it, from this one to publish_ended(). They end
  /// before those for the next publisher begin.
  virtual void publish_started(const PublishRequest& request) = 0;

  /// Receives one tag, in order. The call may block, and the publisher waits then. It must return once the
  /// delegate stops.
  virtual void tag(Tag&& tag) = 0;

  /// All that has been received has been handed over, and the thread is about to wait for the network. The
  /// call may block as tag() may.
  virtual void flush() = 0;

  /// The publisher's stream is over; this is the last call for it. The delegate keeps all tags that it has
  /// received, and does not wait for room. It returns whether the mount takes another publisher. If it does
  /// not, later publishers are told that it is busy, unless another mount takes them.
  virtual bool publish_ended(EndReason reason) = 0;

  /// A client was turned away from this mount, or from the server if it matched no mount. The call may come
  /// at any time, and for several clients at once.
  virtual void rejected(const PublishRequest& request, Rejection why) = 0;

  /// The port goes on, and something about it is not as it should be. The call may come at any time.
  virtual void warned(const Error& /*what*/) {}

  // Any thread makes these calls, and holds a lock of the server: they must not block, and must not call the
  // server. A delegate that never blocks in tag() and flush() need not override them.

  /// Sets how far the publisher in place may be ahead. The next publisher begins with kUsual.
  virtual void set_ahead(Ahead /*ahead*/) {}

  /// Returns whether there is room for another publisher's data: the data that waits exceeds its limit by no
  /// more than limits::kMaxBeyondQueue. If not, the delegate calls Server::has_room() as soon as there is.
  virtual bool has_room() { return true; }
};

}  // namespace rtmp
