// SPDX-License-Identifier: LGPL-2.1-or-later
#include "real_media.h"

#include <filesystem>
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

std::vector<std::string> packets(const std::string& file) {
  std::istringstream listing(
      run({"ffmpeg", "-loglevel", "error", "-i", file, "-map", "0", "-c", "copy", "-f", "framemd5", "-"}));
  std::vector<std::string> lines;
  for (std::string line; std::getline(listing, line);)
    if (!line.starts_with("#")) lines.push_back(line);
  return lines;
}

}  // namespace rtmp::test
