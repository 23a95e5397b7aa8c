// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cases.h"

#include <algorithm>

namespace rtmp::bench {
namespace {

constexpr std::string_view kFloor = "floor";
constexpr std::string_view kElement = "rtmp2serversrc ! fakesink";
constexpr std::string_view kWrite = "bare recv+write";
constexpr Case kCases[] = {
    {kFloor, kFloor, Kind::kFloor, false, 0, 0},
    {"bare recv", kFloor, Kind::kLoop, false, 0, 0},
    {kWrite, kWrite, Kind::kLoop, true, 0, 0},
    {"tcpserversrc ! fakesink", kFloor, Kind::kTcpElement, false, 0, 0},
    {"bare GstPushSrc ! fakesink", kFloor, Kind::kFloorElement, false, 0, 0},
    {kElement, kFloor, Kind::kElement, false, 1.55, 1.45},
    {"... ! eflvdemux ! fakesinks", kElement, Kind::kDemuxer, false, 1.25, 1.25},
    {"... ! flvdemux ! fakesinks", kElement, Kind::kOldDemuxer, false, 0, 0},
    {"bare GstPushSrc ! filesink", kWrite, Kind::kFloorElement, true, 0, 0},
    {"rtmp2serversrc ! filesink", kWrite, Kind::kElement, true, 1.3, 1.15},
};

bool is_named(const Options& options, const Case& tried) {
  return std::ranges::any_of(
      options.only, [&](const std::string& word) { return tried.name.find(word) != std::string_view::npos; });
}

std::string source_of(const Options& options, const Case& tried, std::size_t chunk_size) {
  if (tried.kind == Kind::kFloorElement)
    return "floorsrc name=source chunk-size=" + std::to_string(chunk_size);
  if (tried.kind == Kind::kTcpElement) return "tcpserversrc name=source host=127.0.0.1 port=0";
  return rtmp_source(options);
}

}  // namespace

std::span<const Case> all_cases() { return kCases; }

bool is_chosen(const Options& options, const Case& tried) {
  if (options.only.empty()) return true;
  return std::ranges::any_of(kCases, [&](const Case& other) {
    return is_named(options, other) && (other.name == tried.name || other.reference == tried.name);
  });
}

std::vector<std::string> server_mode(const Options& options, const Case& tried, std::size_t chunk_size,
                                     const std::string& file) {
  if (tried.kind == Kind::kFloor) return {"floor", std::to_string(chunk_size)};
  if (tried.kind == Kind::kLoop) {
    if (tried.writes) return {"recvwrite", file};
    return {"recv"};
  }
  const std::string source = source_of(options, tried, chunk_size);
  if (tried.has_demuxer()) {
    const bool old = tried.kind == Kind::kOldDemuxer;
    return {"pipeline", source + (old ? " ! flvdemux name=d d.video" : " ! eflvdemux name=d d.video_0") +
                            " ! fakesink name=sink async=false " + (old ? "d.audio" : "d.audio_0") +
                            " ! fakesink async=false"};
  }
  const std::string sink = tried.writes ? "filesink name=sink location=" + file : "fakesink name=sink";
  return {"pipeline", source + " ! " + sink};
}

}  // namespace rtmp::bench
