// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that shows a slate while nobody publishes.
#include <gtest/gtest.h>

#include "clients.h"
#include "eflv_muxer.h"
#include "example.h"
#include "process.h"
#include "real_media.h"
#include "shown_output.h"

namespace rtmp::test {
namespace {

std::string white_picture() {
  const std::string file = scratch("white.png");
  run({"ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "color=white:size=100x90",
       "-frames:v", "1", file});
  return file;
}

class Slate : public testing::Test {
 protected:
  [[nodiscard]] Process publish(const std::string& colour, const std::vector<std::string>& options = {},
                                const std::string& size = "160x120") const {
    return Process(publish_forever(coloured(colour, size), slate_.url("live/key"), options));
  }
  void expect_no_fault() {
    EXPECT_EQ(output_.fault(), "");
    EXPECT_TRUE(slate_.stop());
  }

  ShownOutput output_{{{.5, .5}}};
  Example slate_{{"--to", output_.url(), "--key", "key", "--slate", white_picture(), "--width", "320",
                  "--height", "180"}};
};

TEST_F(Slate, IsThereWhileNobodyPublishes) {
  ASSERT_TRUE(output_.shows("W", false));
  Process blue = publish("blue");
  ASSERT_TRUE(output_.shows("B", true));
  blue.kill();
  ASSERT_TRUE(output_.shows("W", false));
  Process red = publish("red", {"-an"}, "120x200");
  ASSERT_TRUE(output_.shows("R", false));
  red.kill();
  ASSERT_TRUE(output_.shows("W", false));
  Process tone = publish("red", {"-vn"});
  ASSERT_TRUE(output_.shows("W", true));
  tone.kill();
  ASSERT_TRUE(output_.shows("W", false));
  Process green(
      launch("videotestsrc is-live=true pattern=green ! video/x-raw,width=160,height=120 ! x264enc "
             "tune=zerolatency ! flvmux name=m streamable=true ! rtmp2sink location=" +
             slate_.url("live/key") + " audiotestsrc is-live=true ! avenc_aac ! m."));
  ASSERT_TRUE(output_.shows("G", true));
  // A second publisher of the same key is refused while the first one sends.
  EXPECT_NE(run(ffmpeg_publish(coloured("red", "160x120"), slate_.url("live/key"))).find("Somebody else"),
            std::string::npos);
  green.kill();
  ASSERT_TRUE(output_.shows("W", false));
  EXPECT_EQ(output_.shown().find('R', output_.shown().find("R-") + 1), std::string::npos) << output_.shown();
  // HEVC, whose middle is green, and a publisher that changes from H.264 to it.
  EXPECT_TRUE(rtmp::test::publish(slate_.port(), "key", hevc_messages(75)));
  ASSERT_TRUE(output_.shows("G", false));
  ASSERT_TRUE(output_.shows("W", false));
  std::vector<Sent> changes;
  const auto add = [&changes](const std::vector<Sent>& part, std::uint32_t from) {
    for (const Sent& message : part)
      changes.push_back({message.type, message.timestamp + from, message.body});
  };
  for (const std::uint32_t from : {0, 2000, 4000}) add(messages(coloured("red", "160x120")), from);
  add(hevc_messages(75), 6000);
  EXPECT_TRUE(rtmp::test::publish(slate_.port(), "key", changes));
  ASSERT_TRUE(output_.shows("R", true));
  ASSERT_TRUE(output_.shows("G", false));
  ASSERT_TRUE(output_.shows("W", false));
  expect_no_fault();
}

TEST_F(Slate, IsThereWhileThePublisherStallsOrCannotBeDecoded) {
  ASSERT_TRUE(output_.shows("W", false));
  EXPECT_TRUE(rtmp::test::publish(slate_.port(), "key", undecodable_messages()));
  EXPECT_NE(slate_.program().line("error: "), "");
  Process blue = publish("blue");
  ASSERT_TRUE(output_.shows("B", true));
  blue.signal(SIGSTOP);
  ASSERT_TRUE(output_.shows("W", false));
  EXPECT_TRUE(output_.goes_on_for(std::chrono::seconds(10)));
  blue.signal(SIGCONT);
  ASSERT_TRUE(output_.shows("B", true));
  blue.kill();
  ASSERT_TRUE(output_.shows("W", false));
  expect_no_fault();
}

}  // namespace
}  // namespace rtmp::test
