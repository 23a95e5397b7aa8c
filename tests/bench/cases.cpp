// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cases.h"

#include <algorithm>

namespace rtmp::bench {
namespace {

constexpr std::string_view kDiscard = "bare recv";
constexpr std::string_view kWrite = "bare recv+write";
constexpr Case kCases[] = {
    {kDiscard, kDiscard, Peer::kSilent, false, 0, 0},
    {kWrite, kWrite, Peer::kSilent, true, 0, 0},
    {"tcpserversrc ! fakesink", kDiscard, Peer::kSilent, false, 0, 0},
    {"rtmp2serversrc ! fakesink", kDiscard, Peer::kAnswers, false, 2.2, 1.5},
    {"rtmp2serversrc ! filesink", kWrite, Peer::kAnswers, true, 1.6, 1.3},
};

bool is_named(const Options& options, const Case& tried) {
  return std::ranges::any_of(
      options.only, [&](const std::string& word) { return tried.name.find(word) != std::string_view::npos; });
}

}  // namespace

std::span<const Case> all_cases() { return kCases; }

bool is_chosen(const Options& options, const Case& tried) {
  if (options.only.empty()) return true;
  return std::ranges::any_of(kCases, [&](const Case& other) {
    return is_named(options, other) && (other.name == tried.name || other.reference == tried.name);
  });
}

std::vector<std::string> server_mode(const Options& options, const Case& tried, const std::string& file) {
  if (tried.is_bare()) {
    if (tried.writes) return {"recvwrite", file};
    return {"recv"};
  }
  const std::string source =
      tried.peer == Peer::kAnswers ? rtmp_source(options) : "tcpserversrc name=source host=127.0.0.1 port=0";
  const std::string sink = tried.writes ? "filesink name=sink location=" + file : "fakesink name=sink";
  return {"pipeline", source + " ! " + sink};
}

}  // namespace rtmp::bench
