// SPDX-License-Identifier: LGPL-2.1-or-later
#include "site.h"

namespace rtmp::bench {
namespace {

constexpr auto kSlack = std::chrono::seconds(15);
constexpr auto kEndTime = std::chrono::seconds(60);
// A server need not take more connections of one address.
constexpr std::size_t kPublishersOfPlace = 100;

// A server takes as many if it is told nothing.
constexpr std::size_t kOrdinaryConnections = 256;

std::string key_of(std::size_t stream) { return "cam" + std::to_string(stream); }

std::string elements(const Options& options, std::size_t streams) {
  const std::string port = std::to_string(listen_on_loopback().second);  // free again by the time it is used
  // Beside the publishers there may be strangers.
  const std::string limit = " max-connections=" + std::to_string(2 * streams + kOrdinaryConnections);
  std::string description;
  for (std::size_t i = 0; i < streams; ++i) {
    const std::string number = i == 0 ? "" : std::to_string(i);
    description += " rtmp2serversrc host=127.0.0.1 port=" + port + limit + " timeout=0 name=source" + number +
                   " stream-key=" + key_of(i) + ' ' + options.source_arguments + " ! fakesink name=sink" +
                   number;
  }
  return description;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Site::Site(const Options& options, std::size_t streams)
    : streams_(streams),
      server_(options.program, {"pipeline", elements(options, streams)}),
      startup_seconds_(seconds_since(started_)) {}

void Site::add_publisher() {
  const std::size_t number = publishers_.size();
  const RtmpLoad& dialogue = dialogues_.emplace_back(make_dialogue(kChunkSize, key_of(number)));
  const auto place = static_cast<Place>(number / kPublishersOfPlace);
  Publisher& publisher = publishers_.emplace_back(server_.port(), dialogue, place);
  publisher.start(Peer::kAnswers);
  publisher.send_media(0, Clock::now() + kSlack);
}

ServerReport Site::end() {
  for (Publisher& publisher : publishers_) publisher.finish(Clock::now() + kSlack);
  return server_.wait(Clock::now() + kEndTime);
}

}  // namespace rtmp::bench
