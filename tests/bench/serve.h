// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "socket.h"

// The serving side: what this program does when it was started with --serve. The parent reads lines from
// kReportFd: "port N" once it listens, at the end "latency NS" for each frame that was timed and
// "done MONOTONIC_NS COUNT PEAK_BYTES"; or "error: TEXT". When kControlFd reports its end, the server ends;
// for each byte from there a pipeline, or "floors", writes "cpu SECONDS", its user and system time so far;
// for an 's', "stats SECONDS", how long it took to read the statistics of all its sources.
//
//   recv               accepts one connection and discards what it receives, 64 KiB at a time
//   recvwrite FILE     the same, and writes it to FILE
//   floor CHUNK        receives 256 KiB at a time, copies the payloads of chunks of that size into blocks,
//                      which go to a second thread and come back: what any server has to do that hands media
//                      on
//   floors CHUNK N     the same for N connections at once, with two threads for each: what comes is waited
//                      for, and handed over at once
//   pipeline TEXT...   a gst-launch description, in one or more arguments; its (first) source is named
//                      "source", its sink "sink"; each pad that comes later gets a fakesink; the source may
//                      be a "floorsrc", see floor_source.h
//   latency TEXT       the same, and times each stamped video frame at the sink's pad

namespace rtmp::bench {

constexpr int kControlFd = 3;
constexpr int kReportFd = 4;
constexpr char kStatsQuestion = 's';

/// Nothing outlives this, whatever happens to the parent.
constexpr unsigned kMaxServeSeconds = 900;

[[nodiscard]] int serve(const std::vector<std::string>& mode);

void serve_loop(const std::string& file);  // empty: discards
void serve_floor(std::size_t chunk_size);
void serve_floors(std::size_t chunk_size, std::size_t streams);
void serve_pipeline(const std::string& description, bool timed);

/// Listens, reports the port, and waits for the publisher.
[[nodiscard]] Fd accept_one();

void report_line(const std::string& line);

/// The CPU time of this process so far.
void report_cpu();

/// Answers what comes from kControlFd with the CPU time, and ends the process at its end.
void answer_control();

/// The last line. Whoever calls it took `done_ns` when the stream ended.
void report_done(std::int64_t done_ns, std::uint64_t count);

}  // namespace rtmp::bench
