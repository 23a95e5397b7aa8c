// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The limits for numbers that a peer may choose. Each such number is compared with its limit before it
/// reaches an allocator or a loop.
namespace rtmp::limits {

// The chunk layer. A message has at most 0xFFFFFF bytes (24 bits), so a larger chunk size means the same.
inline constexpr std::uint32_t kMaxChunkSize = 0xFFFFFF;
inline constexpr std::size_t kMaxChunkStreams = 64;
// The announced lengths of all open messages of one connection, in bytes: one message of the greatest length,
// and ample room for the messages that a publisher sends between its chunks. The same limit holds for an
// aggregate together with the message that is taken out of it.
inline constexpr std::size_t kMaxOpenBytes = 20u << 20;
// What the open messages of all connections of a port may hold, in bytes that were received: this for each
// connection that there may be. A connection that holds less is never closed because of this limit.
inline constexpr std::size_t kOpenBytesPerConnection = 1u << 20;

// Message lengths, in bytes.
inline constexpr std::uint32_t kMaxControlMessage = 64;  // types 1 to 6; the longest legal one has 10 bytes
inline constexpr std::uint32_t kMaxCommandMessage = 256 << 10;  // AMF commands, which are parsed into memory
inline constexpr std::uint32_t kMaxMetadata = 64 << 10;         // onMetaData that is parsed
inline constexpr std::uint32_t kMaxMediaMessage =
    0xFFFFFF;  // audio, video, data and aggregates: the greatest number of 24 bits

// A text by which a client names itself or what it wants, in bytes: the application and the stream key, each
// with its query, the URL, and the name of the encoder. They are kept while the client is connected, and the
// application is told of them. Tokens in a query have some hundred bytes, rarely some thousand.
inline constexpr std::size_t kMaxName = 8 << 10;

// A header of the PROXY protocol, in bytes. With all fields of version 2 that balancers are known to add,
// some hundred; a client's certificate among them takes some thousand.
inline constexpr std::size_t kMaxProxyHeader = 16 << 10;

// Values of AMF.
inline constexpr int kMaxAmfDepth = 16;
inline constexpr std::size_t kMaxAmfValues = 10'000;  // in one message

// A side of a picture, in pixels. MP4 has room for no more.
inline constexpr std::uint32_t kMaxVideoSide = 0xFFFF;

// A connection that does not publish yet.
inline constexpr std::uint64_t kMaxBytesBeforePublish = 1 << 20;
inline constexpr std::chrono::seconds kHandshakeDeadline{10};
inline constexpr std::chrono::seconds kPublishDeadline{15};
inline constexpr std::size_t kMaxMessageStreams = 1024;  // createStream calls of one connection

// The connections of a listener, unless elements say otherwise. Each takes a thread. It is enough for a
// hundred cameras that all reconnect at once. One address, which may be that of a whole site, gets half of
// them. Beyond either limit, a connection that does not publish is closed for the newcomer. If all publish,
// the newcomer is closed.
inline constexpr std::size_t kMaxConnections = 256;
inline constexpr std::size_t kMaxConnectionsPerAddress = 128;
// The connections that do not publish, or do not publish yet. Beyond this limit, choose_evicted() chooses one
// to close: strangers that connect and do nothing must not keep a publisher out.
inline constexpr std::size_t kMaxUnpublishedConnections = 64;

// How many file descriptors are left free for the process. A connection that would take one of them is
// closed. With TLS, a connection that does not publish yet may take one more for its handshake.
inline constexpr std::size_t kDescriptorsInReserve = kMaxUnpublishedConnections;

// TLS handshakes of the process: how many run at once, and how many of them for one network. GIO has ten
// threads for handshakes and all else. The intervals limit how often handshakes begin, after a burst: each
// takes some milliseconds of a core. The deadline counts from the client's first message to the end of the
// handshake. A handshake that stands still for kHandshakeStall is ended if others wait.
inline constexpr std::size_t kMaxHandshakes = 6;
inline constexpr std::size_t kMaxHandshakesPerNetwork = 2;
inline constexpr std::chrono::milliseconds kHandshakeInterval{25};
inline constexpr int kHandshakeBurst = 40;
inline constexpr std::chrono::milliseconds kHandshakeIntervalPerNetwork{100};
inline constexpr int kHandshakeBurstPerNetwork = 20;
inline constexpr std::chrono::seconds kTlsHandshakeDeadline{3};
inline constexpr std::chrono::milliseconds kHandshakeStall{1'000};

// Distinct wrong secrets of one address: this many at once, and then one in each interval. A secret that
// would have to wait for longer is not judged, right or wrong.
inline constexpr int kGuessesAtOnce = 10;
inline constexpr std::chrono::seconds kGuessInterval{5};
inline constexpr std::chrono::seconds kLongestGuessWait{10};
// How many secrets of an address are remembered, and how many addresses.
inline constexpr std::size_t kMaxRightSecrets = 256;
inline constexpr std::size_t kMaxWrongSecrets = 32;
inline constexpr std::size_t kMaxGuessingPlaces = 4096;
// How long a refusal waits, whatever its reason. So a client that asks again at once takes little time of
// this machine, and the time of the answer gives nothing away.
inline constexpr std::chrono::milliseconds kRefusalDelay{500};

// How long a peer may take nothing of what it is sent, however much that is: all that it is sent is small.
inline constexpr std::chrono::milliseconds kWritePatience{5'000};

// How long a publisher that was asked to reconnect may go on. Then it is closed.
inline constexpr std::chrono::seconds kReconnectTime{10};

// Warnings that anybody can cause: how many of each cause are logged in one interval. The number of the rest
// is logged at its end.
inline constexpr std::size_t kWarningsAtOnce = 10;
inline constexpr std::chrono::seconds kWarningInterval{10};

// A publisher may be replaced if no media message, and no kLifeBytes of one, came from it for this long.
// Encoders send several times a second. A large key frame takes its time on a slow network.
inline constexpr std::chrono::milliseconds kStaleAfter{2'000};
inline constexpr std::size_t kLifeBytes = 4 << 10;
// What arrives from a publisher within this time after a newcomer has asked for its place may have been sent
// before, and is no sign of life. So an encoder that reconnects is not kept out by its own last frame.
inline constexpr std::chrono::milliseconds kOnItsWay{250};
// A newcomer asks for the place of a publisher that is not read from because the queue is full. That
// publisher is read from until the queue has this much more than its limit. What arrives after the time was
// not on its way before.
inline constexpr std::size_t kMaxBeyondQueue = 16u << 20;
inline constexpr std::chrono::milliseconds kBacklogTime{1'000};
// How long a publisher waits for its place at most. Then it is told that the place is taken.
inline constexpr std::chrono::milliseconds kEntryPatience{5'000};

// The end-of-sequence tags of one publisher that are held back, and their memory. Real publishers send one
// for each track, of a few bytes.
inline constexpr std::size_t kMaxHeldTags = 64;
inline constexpr std::size_t kMaxHeldBytes = 64u << 10;

// Acknowledgements: the least and the greatest window that a peer may ask for, and the one that it is told.
inline constexpr std::uint32_t kMinAckWindow = 32 << 10;
inline constexpr std::uint32_t kMaxAckWindow = 16 << 20;
inline constexpr std::uint32_t kDefaultAckWindow = 2'500'000;
// How long a peer that has named no window waits for an acknowledgement. Live encoders send more often than
// this, and most stalls of a network are over by then.
inline constexpr std::chrono::milliseconds kAckSilence{1000};

}  // namespace rtmp::limits
