// SPDX-License-Identifier: LGPL-2.1-or-later
#include "example.h"

#include "clients.h"
#include "eflv_muxer.h"
#include "wire.h"

namespace rtmp::test {
namespace {

std::vector<std::string> command_with(const std::vector<std::string>& options) {
  const char* example = g_getenv("EXAMPLE");
  gint count = 0;
  gchar** words = nullptr;
  if (!g_shell_parse_argv(example ? example : "", &count, &words, nullptr)) g_error("EXAMPLE is not set");
  std::vector<std::string> command(words, words + count);
  g_strfreev(words);
  command.insert(command.end(), {"--port", "0"});
  command.insert(command.end(), options.begin(), options.end());
  return command;
}

}  // namespace

Example::Example(const std::vector<std::string>& options) : program_(command_with(options)) {
  const std::string told = "listening on port ";
  const std::string line = program_.line(told);
  if (line.empty())
    ADD_FAILURE() << "the example does not listen: " << program_.output();
  else
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(told.size())));
}

std::string Example::url(const std::string& path) const { return local_url(port_, path); }

testing::AssertionResult Example::stop(int signal) {
  program_.signal(signal);
  const int status = program_.exit_status();
  const bool warned = program_.output().find("GStreamer-WARNING") != std::string::npos;
  if (status == 0 && !warned) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "status " << status
                                     << " (-1: none), after the output: " << program_.output();
}

std::vector<Sent> hevc_messages(int frames) {
  const Encoded encoded = encode("videotestsrc num-buffers=" + std::to_string(frames) +
                                 " ! video/x-raw,width=96,height=80,framerate=25/1 ! x265enc "
                                 "speed-preset=ultrafast log-level=none key-int-max=25 ! "
                                 "h265parse ! video/x-h265,stream-format=hvc1,alignment=au");
  return mux({{.medium = MessageType::kVideo,
               .fourcc = "hvc1",
               .configuration = encoded.codec_data,
               .units = encoded.units}},
             TagForm::kPlain);
}

std::vector<Sent> undecodable_messages() {
  const Bytes configuration = wire("FF 0012 5F 01 02 40 00 00 0780 0438 0000 00");
  return mux({{.medium = MessageType::kVideo,
               .fourcc = "vvc1",
               .configuration = std::string(configuration.begin(), configuration.end()),
               .units = {{.dts = 0, .pts = 0, .key = true, .bytes = std::string(8, '\1')}}}},
             TagForm::kPlain);
}

}  // namespace rtmp::test
