// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that mixes publishers, in either language.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "clients.h"
#include "eflv_muxer.h"
#include "eventually.h"
#include "example.h"
#include "process.h"
#include "real_media.h"
#include "shown_output.h"

namespace rtmp::test {
namespace {

// The middle of each quarter.
const std::vector<std::pair<double, double>> kQuarters{{.25, .25}, {.75, .25}, {.25, .75}, {.75, .75}};

class Mixer : public testing::Test {
 protected:
  [[nodiscard]] Process publish(const std::string& key, const std::string& colour,
                                const std::vector<std::string>& options = {},
                                const std::string& size = "160x120") const {
    return Process(publish_forever(coloured(colour, size), mixer_.url("live/" + key), options));
  }

  ShownOutput output_{kQuarters};
  Example mixer_{{"--to", output_.url(), "--width", "320", "--height", "180"}};
};

// One of them stands still for ten seconds while others come and go, and then goes on.
TEST_F(Mixer, HasThePublishersThatAreThere) {
  ASSERT_TRUE(output_.shows("kkkk", false));
  Process white = publish("white", "white", {"-an"});
  ASSERT_TRUE(output_.shows("WWWW", false));
  white.signal(SIGSTOP);
  ASSERT_TRUE(output_.shows("kkkk", false));
  const auto stopped = std::chrono::steady_clock::now();

  Process blue = publish("blue", "blue");
  ASSERT_TRUE(output_.shows("kBkk", true));
  Process red = publish("red", "red", {"-an"});
  ASSERT_TRUE(output_.shows("kBRk", true));
  blue.kill();
  ASSERT_TRUE(output_.shows("kRkk", false));
  Process tone = publish("tone", "red", {"-vn"});
  ASSERT_TRUE(output_.shows("kRkk", true));
  EXPECT_TRUE(rtmp::test::publish(mixer_.port(), "bad", undecodable_messages()));
  EXPECT_NE(mixer_.program().line("error: "), "");
  const auto stood = std::chrono::steady_clock::now() - stopped;
  const auto left = std::chrono::ceil<std::chrono::seconds>(std::chrono::seconds(10) - stood);
  EXPECT_TRUE(output_.goes_on_for(std::max(left, std::chrono::seconds(0))));
  white.signal(SIGCONT);
  ASSERT_TRUE(output_.shows("WRkk", true));

  red.kill();
  ASSERT_TRUE(output_.shows("WWWW", true));
  Process again = publish("blue", "blue", {"-an"}, "120x200");
  ASSERT_TRUE(output_.shows("WBkk", true));
  tone.kill();
  ASSERT_TRUE(output_.shows("WBkk", false));
  Process green(
      launch("videotestsrc is-live=true pattern=green ! video/x-raw,width=160,height=120 ! x264enc "
             "tune=zerolatency ! flvmux name=m streamable=true ! rtmp2sink location=" +
             mixer_.url("live/green") + " audiotestsrc is-live=true ! avenc_aac ! m."));
  ASSERT_TRUE(output_.shows("WBGk", true));
  // HEVC, whose middle is green.
  EXPECT_TRUE(rtmp::test::publish(mixer_.port(), "hevc", hevc_messages(75)));
  ASSERT_TRUE(output_.shows("WBGG", true));
  ASSERT_TRUE(output_.shows("WBGk", true));
  EXPECT_EQ(output_.fault(), "");
  EXPECT_TRUE(mixer_.stop());
}

TEST(MixerFile, HasThePictureAndTheSound) {
  const std::string file = scratch("mix.flv");
  Example mixer({"--to", file, "--width", "160", "--height", "90"});
  Process blue(publish_forever(coloured("blue", "160x120"), mixer.url()));
  EXPECT_TRUE(eventually([&] { return packets(file).size() > 100; }));
  EXPECT_TRUE(mixer.stop());
}

}  // namespace
}  // namespace rtmp::test
