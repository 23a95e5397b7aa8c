// SPDX-License-Identifier: LGPL-2.1-or-later
#include "site.h"

#include <array>
#include <filesystem>
#include <fstream>

namespace rtmp::bench {
namespace {

constexpr auto kSlack = std::chrono::seconds(15);
constexpr auto kEndTime = std::chrono::seconds(60);
// A server need not take more connections of one address.
constexpr std::size_t kPublishersOfPlace = 100;

// A server takes as many if it is told nothing.
constexpr std::size_t kOrdinaryConnections = 256;

std::string key_of(std::size_t stream) { return "cam" + std::to_string(stream); }

std::string file_of(const Options& options, std::size_t stream) {
  return options.directory + "/" + key_of(stream) + ".flv";
}

/// The file header and the whole tags of a recording, which is removed. "rendered" of filesink counts a list
/// as one.
std::uint64_t take_recording(const std::string& path) {
  constexpr std::uint64_t kFileHeader = 13;
  constexpr std::uint64_t kTagHeader = 11;
  constexpr std::uint64_t kTrailer = 4;
  const std::uint64_t size = std::filesystem::file_size(path);
  std::ifstream file(path, std::ios::binary);
  std::uint64_t count = 0;
  for (std::uint64_t end = kFileHeader; end <= size; ++count) {
    std::array<std::uint8_t, kTagHeader> header{};
    file.seekg(static_cast<std::streamoff>(end));
    file.read(reinterpret_cast<char*>(header.data()), header.size());
    file.clear();
    end += kTagHeader + (std::uint64_t{header[1]} << 16U | std::uint64_t{header[2]} << 8U | header[3]) +
           kTrailer;
  }
  std::filesystem::remove(path);
  return count;
}

std::string sink_of(const Options& options, std::size_t stream, int next_port) {
  switch (options.behind) {
    case Behind::kFilesink:
      return "filesink async=false location=" + file_of(options, stream);
    case Behind::kRtmp2sink:
      return "rtmp2sink async=false location=rtmp://127.0.0.1:" + std::to_string(next_port) + "/live/" +
             key_of(stream);
    case Behind::kDemuxer:
      return "eflvdemux";
    default:
      return "fakesink";
  }
}

// How a server is started: one argument for each of its elements, since an argument must not be longer than
// 128 KiB.
std::vector<std::string> serving(const Options& options, std::size_t streams, int next_port = 0) {
  if (options.behind == Behind::kFloor)
    return {"floors", std::to_string(Site::kChunkSize), std::to_string(streams)};
  const std::string port = std::to_string(listen_on_loopback().second);  // free again by the time it is used
  const std::string arguments = " host=127.0.0.1 port=" + port + " timeout=0 " + options.source_arguments;
  // Beside the publishers there may be strangers. What the first element says of its port, counts for all.
  const std::string most = std::to_string(2 * streams + kOrdinaryConnections);
  const std::string limits =
      " trusted-networks=127.0.0.1 max-connections=" + most + " max-unpublished-connections=" + most;
  if (options.behind == Behind::kBin)
    return {"pipeline", "rtmp2serverbin name=source max-publishers=0" + arguments + limits};
  std::vector<std::string> mode{"pipeline"};
  for (std::size_t i = 0; i < streams; ++i) {
    const std::string number = i == 0 ? "" : std::to_string(i);
    mode.push_back("rtmp2serversrc name=source" + number + arguments + (i == 0 ? limits : "") +
                   " stream-key=" + key_of(i) + " ! " + sink_of(options, i, next_port) + " name=sink" +
                   number);
  }
  return mode;
}

std::optional<ServerProcess> next_server(Options options, std::size_t streams) {
  if (options.behind != Behind::kRtmp2sink) return std::nullopt;
  options.behind = Behind::kFakesink;
  return std::optional<ServerProcess>(std::in_place, options.program, serving(options, streams));
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Site::Site(const Options& options, std::size_t streams)
    : options_(options),
      streams_(streams),
      next_(next_server(options, streams)),
      server_(options.server, serving(options, streams, next_ ? next_->port() : 0)),
      startup_seconds_(seconds_since(started_)) {}

void Site::add_publisher() {
  const std::size_t number = publishers_.size();
  const RtmpLoad& dialogue = dialogues_.emplace_back(make_dialogue(kChunkSize, key_of(number)));
  const auto place = static_cast<Place>(number / kPublishersOfPlace);
  Publisher& publisher = publishers_.emplace_back(server_.port(), dialogue, place);
  publisher.start(options_.behind == Behind::kFloor ? Peer::kSilent : Peer::kAnswers);
  publisher.send_media(0, Clock::now() + kSlack);
}

std::uint64_t Site::sent_bytes() const {
  std::uint64_t sum = 0;
  for (const Publisher& publisher : publishers_) sum += publisher.sent_bytes();
  return sum;
}

ServerReport Site::end() {
  for (Publisher& publisher : publishers_) publisher.finish(Clock::now() + kSlack);
  ServerReport report = server_.wait(Clock::now() + kEndTime);
  if (next_) report.count = next_->wait(Clock::now() + kEndTime).count;
  if (options_.behind == Behind::kFilesink) {
    report.count = 0;
    for (std::size_t i = 0; i < streams_; ++i) report.count += take_recording(file_of(options_, i));
  }
  return report;
}

}  // namespace rtmp::bench
