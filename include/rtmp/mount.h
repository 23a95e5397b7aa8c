// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "rtmp/credentials.h"
#include "rtmp/limits.h"
#include "rtmp/networks.h"
#include "rtmp/publish.h"
#include "rtmp/tag.h"

namespace rtmp {

/// What becomes of a publisher that asks for the application and the stream key of one in place.
enum class Takeover {
  kStale,    // it replaces one that has sent nothing for limits::kStaleAfter: after a change of network, say
  kRefuse,   // it is turned away
  kReplace,  // it replaces the one in place
};

/// What a mount asks of the port, which it may share with others. Of several, the largest number counts, and
/// all of the networks are trusted.
struct Door {
  std::size_t max_connections = limits::kMaxConnections;
  std::size_t max_connections_per_address = limits::kMaxConnectionsPerAddress;
  std::size_t max_unpublished_connections = limits::kMaxUnpublishedConnections;
  // Where balancers and relays are, whose addresses are those of many: no limit of an address is theirs, and
  // guesses from all of them are counted together, for the port, and for each user that somebody logs in as.
  Networks trusted{};
};

/// What a mount takes. Without an application, any; without a stream key, any. Publishers may put the
/// boundary between the two elsewhere: "live" and "room/key" is "live/room" and "key".
struct MountSpec {
  std::optional<std::string> application;
  std::optional<std::string> stream_key;
  std::optional<Credentials> credentials;  // that a publisher must prove to have
  Takeover takeover = Takeover::kStale;
  bool enhanced = true;  // takes Enhanced RTMP v2; else only the codecs of FLV 10.1, see EndReason::kNotTaken
  Door door{};
  std::chrono::seconds timeout{30};  // without a byte from its publisher; 0: for ever
};

/// How far a publisher may be ahead of what is done with its stream: before it is held up in tag() and
/// flush().
enum class Ahead {
  kUsual,
  kMore,  // limits::kMaxBeyondQueue more: it is to be seen whether it still sends
  kAll,   // it is not held up: it makes room for another
};

/// Who takes what is published to a mount. All calls but those of the last group come from reader threads.
/// None may wait for the Server's release() or stop().
class MountDelegate {
 public:
  virtual ~MountDelegate() = default;

  /// Whether a publisher that matches the mount may publish, before it is told anything. May take its time,
  /// and be asked of several at once, also while another publishes. May claim a mount that says more, which
  /// the publisher then goes to.
  virtual bool allows(const PublishRequest& request) = 0;

  /// A publisher begins. Its calls, from here to publish_ended(), come from one thread, and end before the
  /// next one's begin.
  virtual void publish_started(const PublishRequest& request) = 0;

  /// One tag, in order. May block, and the publisher with it; must return once the delegate is stopping.
  virtual void tag(Tag tag) = 0;

  /// Nothing more is here right now: the thread is about to wait for the network. May block as tag() may.
  virtual void flush() = 0;

  /// The last call for this publisher; takes what it has sent, and does not wait for room for that. Whether
  /// the mount takes another: if not, who comes to it is told that it is busy, and it stands in the way of no
  /// other mount.
  virtual bool publish_ended(EndReason reason) = 0;

  /// Somebody was turned away from this mount or, where it came to no mount, from the server. At any time,
  /// for several at once.
  virtual void rejected(const PublishRequest& request, Rejection why) = 0;

  // From any thread, and with a lock of the server: these do not block, and call nothing of it. A delegate
  // that never blocks in tag() and flush() can leave them as they are.

  /// Of the publisher in place. The next one's is kUsual again.
  virtual void allow(Ahead /*ahead*/) {}

  /// Whether there is room for what the next publisher sends: at most limits::kMaxBeyondQueue more is waiting
  /// than should. After a no, the delegate calls Server::has_room() once there is.
  virtual bool has_room() { return true; }
};

}  // namespace rtmp
