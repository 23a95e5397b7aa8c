// SPDX-License-Identifier: LGPL-2.1-or-later
#include "clients.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "process.h"

namespace rtmp::test {

std::string local_url(std::uint16_t port, const std::string& path, const std::string& scheme,
                      const std::string& login) {
  return scheme + "://" + login + "127.0.0.1:" + std::to_string(port) + "/" + path;
}

std::vector<std::string> ffmpeg_publish(const std::string& file, const std::string& url, bool paced) {
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-loglevel", "error"};
  if (paced) command.push_back("-re");
  for (const char* word : {"-i", file.c_str(), "-c", "copy"}) command.push_back(word);
  // From 9 on it checks certificates unless told not to.
  if (url.starts_with("rtmps://")) command.insert(command.end(), {"-tls_verify", "0"});
  for (const char* word : {"-f", "flv", url.c_str()}) command.push_back(word);
  return command;
}

std::vector<std::string> catching_up(std::vector<std::string> command) {
  static const bool has_to_be_told =
      run({"ffmpeg", "-hide_banner", "-h", "long"}).find("-readrate_catchup") != std::string::npos;
  if (has_to_be_told)
    command.insert(std::find(command.begin(), command.end(), "-re"), {"-readrate_catchup", "100"});
  return command;
}

std::vector<std::string> publish_forever(const std::string& file, const std::string& url,
                                         const std::vector<std::string>& options) {
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-stream_loop",
                                   "-1",     "-i",       file,        "-c",    "copy"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"-f", "flv", url});
  return command;
}

std::vector<std::string> launch(const std::string& description) {
  std::vector<std::string> command{"gst-launch-1.0", "-q"};
  std::istringstream words(description);
  for (std::string word; words >> word;) command.push_back(word);
  return command;
}

std::vector<std::string> rtmp2sink_publish(const std::string& file, const std::string& sent,
                                           const std::string& properties) {
  return launch("filesrc location=" + file +
                " ! flvdemux name=d d.video ! queue ! h264parse ! flvmux name=m streamable=true ! tee name=t"
                " t. ! queue ! filesink location=" +
                sent + " d.audio ! queue ! aacparse ! m. t. ! queue ! rtmp2sink sync=false " + properties);
}

std::string system_program(const std::string& name) {
  const std::string path = "/usr/sbin/" + name;
  return std::filesystem::exists(path) ? path : name;
}

}  // namespace rtmp::test
