// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_text.h"

#include <glib.h>

#include <regex>

namespace rtmp::test {
namespace {

std::string environment(const char* name) {
  const char* value = g_getenv(name);
  return value ? value : "";
}

// What is printed, as a regular expression, and what is run. {{N}} is the free port that stands for N.
std::vector<std::pair<const char*, std::string>> replacements() {
  const std::string sources = environment("SOURCES");
  return {
      // Small containers have no /etc/hosts, but a certificate has this name.
      {"(rtmp://[^/ ]*)localhost/", "$01127.0.0.1:{{1935}}/"},
      {"rtmp://localhost:([0-9]+)", "rtmp://127.0.0.1:{{$1}}"},
      {"((rtmps|tcp)://localhost:|rtmps?server://:|srt://[^ :]*:| port=)([0-9]+)", "$1{{$3}}"},
      {"rtmp2server(src|bin) (?!port=)", "rtmp2server$1 port={{1935}} "},
      {"\\bpython3 ", environment("PYTHON") + " "},
      {"examples/([a-z_]+)\\.py", sources + "/examples/$1.py --port {{1935}}"},
      {"scripts/record\\b",
       sources + "/scripts/record --plugin " + environment("GST_PLUGIN_PATH") + " --port {{1935}}"},
      {"gst-play-1\\.0",
       "gst-play-1.0 --no-interactive --videosink=fakevideosink --audiosink='fakesink sync=true'"},
  };
}

}  // namespace

std::string CommandText::of(std::string text) {
  for (const auto& [printed, run] : replacements()) text = std::regex_replace(text, std::regex(printed), run);
  static const std::regex place("\\{\\{([0-9]+)\\}\\}");
  for (std::smatch match; std::regex_search(text, match, place);)
    text = match.prefix().str() + port(match[1]) + match.suffix().str();
  return text;
}

std::string CommandText::port(const std::string& printed) {
  auto& reserved = ports_[printed];
  if (!reserved) reserved = std::make_unique<ReservedPort>();
  return std::to_string(reserved->number());
}

}  // namespace rtmp::test
