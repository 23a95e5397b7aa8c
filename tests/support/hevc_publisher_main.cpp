// SPDX-License-Identifier: LGPL-2.1-or-later
// Publishes an MP4 of H.265 and AAC in Enhanced RTMP, as FFmpeg does from version 6.1 on.
#include <gst/gst.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <regex>
#include <thread>

#include "eflv_muxer.h"
#include "encoder.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

std::vector<Sent> messages_of(const std::string& file) {
  const std::string demux = "filesrc location=" + file + " ! qtdemux name=d ";
  const Encoded video =
      encode(demux + "d.video_0 ! h265parse ! video/x-h265,stream-format=hvc1,alignment=au");
  const Encoded audio = encode(demux + "d.audio_0 ! aacparse ! audio/mpeg,stream-format=raw");
  return mux({{MessageType::kVideo, "hvc1", std::nullopt, video.codec_data, video.units},
              {MessageType::kAudio, "mp4a", 10, audio.codec_data, audio.units}},
             TagForm::kPlain);
}

bool publish(TcpPublisher& publisher, const std::string& app, const std::string& key,
             const std::vector<Sent>& sent, bool paced) {
  if (publisher.publish(app, key) != "NetStream.Publish.Start") return false;
  const auto begin = std::chrono::steady_clock::now();
  for (const Sent& message : sent) {
    if (paced) std::this_thread::sleep_until(begin + std::chrono::milliseconds(message.timestamp));
    if (!send_all(publisher, {message})) return false;
  }
  return publisher.unpublish() && publisher.next_status() == "NetStream.Unpublish.Success";
}

int run(int argc, char** argv) {
  const bool paced = argc > 1 && std::strcmp(argv[1], "-re") == 0;
  const int first = paced ? 2 : 1;
  static const std::regex parts("(rtmps?)://[^:]*:([0-9]+)/([^/]+)/([^/]+)");
  std::cmatch url;
  if (argc != first + 2 || !std::regex_match(argv[first + 1], url, parts)) {
    std::fprintf(stderr, "hevc_publisher [-re] FILE rtmp[s]://HOST:PORT/APP/KEY\n");
    return 2;
  }
  gst_init(nullptr, nullptr);
  const auto port = static_cast<std::uint16_t>(std::stoi(url[2]));
  TcpPublisher publisher = url[1] == "rtmps" ? TcpPublisher::secure(port) : TcpPublisher(port);
  if (publish(publisher, url[3], url[4], messages_of(argv[first]), paced)) return 0;
  std::fprintf(stderr, "%s\n", publisher.failure().c_str());
  return 1;
}

}  // namespace
}  // namespace rtmp::test

int main(int argc, char** argv) { return rtmp::test::run(argc, argv); }
