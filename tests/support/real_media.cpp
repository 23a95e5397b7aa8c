// SPDX-License-Identifier: LGPL-2.1-or-later
#include "real_media.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "process.h"

namespace rtmp::test {

std::string real_media(int seconds) {
  constexpr int kEncoded = 10;
  const auto file = [](int length) { return scratch("media" + std::to_string(length) + ".flv"); };
  if (!std::filesystem::exists(file(kEncoded))) {
    run({"ffmpeg",
         "-loglevel",
         "error",
         "-f",
         "lavfi",
         "-i",
         "testsrc2=size=320x240:rate=30:duration=10",
         "-f",
         "lavfi",
         "-i",
         "sine=sample_rate=44100:duration=10",
         "-c:v",
         "libx264",
         "-preset",
         "ultrafast",
         "-bf",
         "2",
         "-g",
         "30",
         "-c:a",
         "aac",
         file(kEncoded)});
  }
  if (!std::filesystem::exists(file(seconds))) {
    run({"ffmpeg", "-loglevel", "error", "-stream_loop", "-1", "-i", file(kEncoded), "-c", "copy", "-t",
         std::to_string(seconds), file(seconds)});
  }
  return file(seconds);
}

namespace {

// From two sources of FFmpeg's, and with these options.
std::string generated(const std::string& file, const std::string& picture, const std::string& sound,
                      const std::vector<std::string>& options) {
  if (std::filesystem::exists(file)) return file;
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-loglevel", "error"};
  for (const std::string& input : {picture, sound})
    command.insert(command.end(), {"-f", "lavfi", "-i", input});
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(file);
  run(command);
  return file;
}

}  // namespace

std::string encoded(const std::string& size, const std::string& video_encoder,
                    const std::string& audio_encoder, int rate) {
  return generated(scratch(size + video_encoder + audio_encoder + std::to_string(rate) + ".flv"),
                   "testsrc2=rate=30:duration=1:size=" + size,
                   "sine=duration=1:sample_rate=" + std::to_string(rate),
                   {"-c:v", video_encoder, "-c:a", audio_encoder});
}

std::string coloured(const std::string& colour, const std::string& size) {
  return generated(
      scratch(colour + size + ".flv"), "color=rate=15:duration=2:color=" + colour + ":size=" + size,
      "sine=duration=2:sample_rate=48000",
      {"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "15", "-c:a", "aac"});
}

std::vector<Sent> messages(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto number = [&bytes](std::size_t at, int size) {
    std::uint32_t v = 0;
    for (int i = 0; i < size; ++i) v = v << 8 | static_cast<std::uint8_t>(bytes[at + i]);
    return v;
  };
  // tt llllll ssssss SS iiiiii  body  pppppppp
  std::vector<Sent> sent;
  for (std::size_t at = flv_file_header().size(); at + 15 <= bytes.size();) {
    const std::uint32_t length = number(at + 1, 3);
    sent.push_back({static_cast<MessageType>(number(at, 1)), number(at + 7, 1) << 24 | number(at + 4, 3),
                    bytes.substr(at + 11, length)});
    at += 11 + length + 4;
  }
  return sent;
}

std::vector<std::string> packets(const std::string& file) {
  std::istringstream listing(
      run({"ffmpeg", "-loglevel", "error", "-i", file, "-map", "0", "-c", "copy", "-f", "framemd5", "-"}));
  std::vector<std::string> lines;
  for (std::string line; std::getline(listing, line);)
    if (!line.starts_with("#")) lines.push_back(line);
  return lines;
}

}  // namespace rtmp::test
