// SPDX-License-Identifier: LGPL-2.1-or-later
// A publish, as valgrind sees it: unlike sanitizers, the libraries' accesses to our memory, too.
#include <gtest/gtest.h>

#include <filesystem>

#include "clients.h"
#include "process.h"
#include "program.h"
#include "real_media.h"

namespace rtmp::test {
namespace {

TEST(Valgrind, FindsNothingInAPublish) {
  const std::string recording = scratch("recording.flv");
  // Verbose, it tells its port.
  Program server({"valgrind", "--quiet", "--error-exitcode=9", "--leak-check=full",
                  "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
                  "--suppressions=" TEST_DATA_DIR "/../sanitizers/valgrind.supp", "gst-launch-1.0",
                  "--verbose", "rtmp2serversrc", "name=src", "port=0", "!", "filesink",
                  "location=" + recording});
  const std::string notified = "/GstPipeline:pipeline0/GstRtmp2ServerSrc:src: current-port = ";
  const std::string told = server.line(notified);
  ASSERT_FALSE(told.empty());
  const auto port = static_cast<std::uint16_t>(std::stoi(told.substr(notified.size())));
  EXPECT_EQ(run(ffmpeg_publish(real_media(2), local_url(port))), "");
  EXPECT_EQ(server.exit_status(), 0);
  EXPECT_GT(std::filesystem::file_size(recording), 10'000u);
  std::string found;
  for (std::string line = server.line("=="); !line.empty(); line = server.line("==")) found += line + "\n";
  EXPECT_EQ(found, "");
}

}  // namespace
}  // namespace rtmp::test
