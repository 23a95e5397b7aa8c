// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every number that a peer may choose meets one of these before it meets an allocator or a loop.
namespace rtmp::limits {

// Chunk layer. A chunk size above the largest message (24 bits) means the same as that length.
inline constexpr std::uint32_t kMaxChunkSize = 0xFFFFFF;
inline constexpr std::size_t kMaxChunkStreams = 64;
// The declared lengths of all messages of a connection that are open at once: one of the longest, and with
// plenty of room what a publisher sends between its chunks. Of an aggregate and a message in it, too.
inline constexpr std::size_t kMaxOpenBytes = 20u << 20;
// What all connections of a port may hold together, in bytes that were received, of messages that have not
// been handed on: so much for each that there may be. One that holds less is never ended for it.
inline constexpr std::size_t kOpenBytesPerConnection = 1u << 20;

// Message lengths, by type.
inline constexpr std::uint32_t kMaxControlMessage = 64;  // types 1 to 6; the longest legal one has 10 bytes
inline constexpr std::uint32_t kMaxCommandMessage = 256 << 10;  // AMF commands, which are parsed into memory
inline constexpr std::uint32_t kMaxMetadata = 64 << 10;         // onMetaData that is read, not only handed on
inline constexpr std::uint32_t kMaxMediaMessage =
    0xFFFFFF;  // audio, video, data, aggregate: what 24 bits hold

// A string by which a client says what it wants or what it is, in bytes: the application and the stream key,
// each with its query, the URL, the encoder's name. They are kept as long as it is connected, and told to the
// application. Tokens in a query have some hundred bytes, rarely some thousand.
inline constexpr std::size_t kMaxName = 8 << 10;

// AMF values.
inline constexpr int kMaxAmfDepth = 16;
inline constexpr std::size_t kMaxAmfValues = 10'000;  // in one message

// A side of a picture, in pixels: what MP4 has room for.
inline constexpr std::uint32_t kMaxVideoSide = 0xFFFF;

// A connection that does not publish yet.
inline constexpr std::uint64_t kMaxBytesBeforePublish = 1 << 20;
inline constexpr std::chrono::seconds kHandshakeDeadline{10};
inline constexpr std::chrono::seconds kPublishDeadline{15};
inline constexpr std::size_t kMaxMessageStreams = 1024;  // createStream calls of one connection

// A listener, as long as no element says otherwise. A thread each; a hundred cameras, and as much again. One
// address, which may be a whole site's, gets half of them. Beyond either, one that does not publish goes for
// the newcomer, of that address or of any; where all publish, the newcomer is closed.
inline constexpr std::size_t kMaxConnections = 256;
inline constexpr std::size_t kMaxConnectionsPerAddress = 128;
// Those that do not publish, or not yet. Beyond it, one goes of the address that has most of them (see
// choose_evicted()): strangers that connect and do nothing must not keep a publisher out.
inline constexpr std::size_t kMaxUnpublishedConnections = 64;

// File descriptors that are left to the process: a connection that would take one of the last so many is
// closed. With TLS, each that does not publish yet may take one more for its handshake.
inline constexpr std::size_t kDescriptorsInReserve = kMaxUnpublishedConnections;

// TLS handshakes of the process: at once, and of one network; GIO has ten threads for them and for all else.
// How often they may begin: so many milliseconds of a core each. From the client's first message to the end
// of one, and after how long it is ended where others wait.
inline constexpr std::size_t kMaxHandshakes = 6;
inline constexpr std::size_t kMaxHandshakesPerNetwork = 2;
inline constexpr std::chrono::milliseconds kHandshakeInterval{25};
inline constexpr int kHandshakeBurst = 40;
inline constexpr std::chrono::milliseconds kHandshakeIntervalPerNetwork{100};
inline constexpr int kHandshakeBurstPerNetwork = 20;
inline constexpr std::chrono::seconds kTlsHandshakeDeadline{3};
inline constexpr std::chrono::milliseconds kHandshakeStall{1'000};

// Wrong secrets, of an address: so many distinct ones at once, then one in each interval. One that would have
// to wait for longer is not judged, right or wrong.
inline constexpr int kGuessesAtOnce = 10;
inline constexpr std::chrono::seconds kGuessInterval{5};
inline constexpr std::chrono::seconds kLongestGuessWait{10};
// That are remembered: secrets of an address, and addresses.
inline constexpr std::size_t kMaxRightSecrets = 256;
inline constexpr std::size_t kMaxWrongSecrets = 32;
inline constexpr std::size_t kMaxGuessingPlaces = 4096;
// An answer of no waits so long, whatever the reason: who asks again at once takes little of this machine's
// time, and the time tells nothing.
inline constexpr std::chrono::milliseconds kRefusalDelay{500};

// A peer that does not take what it is sent for so long, however much it sends: all that it is told is small.
inline constexpr std::chrono::milliseconds kWritePatience{5'000};

// Of warnings that anybody can cause: so many of a cause in so long, then how many more there were.
inline constexpr std::size_t kWarningsAtOnce = 10;
inline constexpr std::chrono::seconds kWarningInterval{10};

// A publisher of which no media message has come for so long, and no kLifeBytes of one, may be replaced:
// encoders send several times a second, and a large key frame takes its time on a slow network.
inline constexpr std::chrono::milliseconds kStaleAfter{2'000};
inline constexpr std::size_t kLifeBytes = 4 << 10;
// What arrives from it within so long after somebody has asked for its place may have been sent before, and
// is no sign of its life: an encoder that reconnects is not to be kept out by its own last frame.
inline constexpr std::chrono::milliseconds kOnItsWay{250};
// Where somebody asks for the place of one that was not read from because the queue is full, that one is read
// from until the queue has so much more than it should. What comes later than the time is new.
inline constexpr std::size_t kMaxBeyondQueue = 16u << 20;
inline constexpr std::chrono::milliseconds kBacklogTime{1'000};
// How long a publisher waits for its place at most, before it is told that it is taken.
inline constexpr std::chrono::milliseconds kEntryPatience{5'000};

// End-of-sequence tags that one publisher may have held back, and their memory; real ones send one per track,
// of a few bytes.
inline constexpr std::size_t kMaxHeldTags = 64;
inline constexpr std::size_t kMaxHeldBytes = 64u << 10;

// Acknowledgements: the window that a peer may ask for.
inline constexpr std::uint32_t kMinAckWindow = 32 << 10;
inline constexpr std::uint32_t kMaxAckWindow = 16 << 20;
inline constexpr std::uint32_t kDefaultAckWindow = 2'500'000;
// A peer that has named no window, and waits for an acknowledgement: live encoders send more often than this,
// and most stalls of a network are over by then.
inline constexpr std::chrono::milliseconds kAckSilence{1000};

}  // namespace rtmp::limits
