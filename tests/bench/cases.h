// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "options.h"
#include "publisher.h"

namespace rtmp::bench {

enum class Kind {
  kLoop,          // recv() and no more than a write()
  kFloor,         // recv(), a copy and another thread, see serve.h
  kFloorElement,  // the same as a source of GStreamer, see floor_source.h
  kTcpElement,    // GStreamer's own source, which takes the bytes as they are
  kElement,       // the one under test
  kDemuxer,       // the same, and eflvdemux behind it
  kOldDemuxer,    // the same, and flvdemux behind it
};

/// One way to take in what a publisher sends.
struct Case {
  std::string_view name;
  std::string_view reference;  // the case to compare with; its own name: none
  Kind kind;
  bool writes;
  double limit_at_128;  // of the ratio; 0: none
  double limit_above;

  [[nodiscard]] bool is_compared() const { return name != reference; }
  [[nodiscard]] bool has_demuxer() const { return kind == Kind::kDemuxer || kind == Kind::kOldDemuxer; }
  [[nodiscard]] bool has_element() const { return kind == Kind::kElement || has_demuxer(); }
  [[nodiscard]] bool is_pipeline() const {
    return kind == Kind::kFloorElement || kind == Kind::kTcpElement || has_element();
  }
  [[nodiscard]] Peer peer() const { return has_element() ? Peer::kAnswers : Peer::kSilent; }
  [[nodiscard]] double limit(std::size_t chunk_size) const {
    return chunk_size <= 128 ? limit_at_128 : limit_above;
  }
};

[[nodiscard]] std::span<const Case> all_cases();

/// Whether `options.only` names it, or names one that is compared with it.
[[nodiscard]] bool is_chosen(const Options& options, const Case& tried);

/// How the serving process is started (see serve.h). `file` is what a case that writes writes to.
[[nodiscard]] std::vector<std::string> server_mode(const Options& options, const Case& tried,
                                                   std::size_t chunk_size, const std::string& file);

}  // namespace rtmp::bench
