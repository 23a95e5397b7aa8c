// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recording.h"

#include <glib.h>

#include <filesystem>
#include <fstream>
#include <optional>

namespace rtmp::test {
namespace {

const std::string kFolder = TEST_DATA_DIR "/captures/";

Bytes read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(static_cast<std::size_t>(std::filesystem::file_size(path)));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

// 9 33 1178 fb44aa06d7aa
std::vector<SentMessage> read_tags(const std::string& path) {
  std::ifstream file(path);
  std::vector<SentMessage> sent;
  for (SentMessage line; file >> line.type >> line.timestamp >> line.length >> line.md5;)
    sent.push_back(line);
  return sent;
}

// The value of a line `  "app": "live",` of the manifest, which has no escapes in it.
std::optional<std::string> text_of(const std::string& line, const std::string& key) {
  const std::string start = "\"" + key + "\": \"";
  const std::size_t at = line.find(start);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + start.size();
  return line.substr(begin, line.rfind('"') - begin);
}

}  // namespace

std::vector<Recording> load_recordings() {
  std::vector<Recording> recordings;
  std::ifstream manifest(kFolder + "manifest.json");
  for (std::string line; std::getline(manifest, line);) {
    if (line.ends_with("\": {")) {  // a line ` "NAME": {`
      const std::size_t begin = line.find('"') + 1;
      const std::string name = line.substr(begin, line.rfind('"') - begin);
      recordings.push_back({.name = name,
                            .bytes = read_bytes(kFolder + name + ".c2s"),
                            .sent = read_tags(kFolder + name + ".tags")});
    }
    if (recordings.empty()) continue;
    if (auto app = text_of(line, "app")) recordings.back().application = *std::move(app);
    if (auto key = text_of(line, "key")) recordings.back().stream_name = *std::move(key);
  }
  return recordings;
}

std::string md5_start(std::span<const std::uint8_t> bytes) {
  gchar* hex = g_compute_checksum_for_data(G_CHECKSUM_MD5, bytes.data(), bytes.size());
  std::string start(hex, 12);
  g_free(hex);
  return start;
}

}  // namespace rtmp::test
