// SPDX-License-Identifier: LGPL-2.1-or-later
// The real FFmpeg publishes, and the recording is compared with what it sent, packet by packet.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "clients.h"
#include "element_stats.h"
#include "eventually.h"
#include "process.h"
#include "real_media.h"
#include "slowness.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

// Publishes the file and returns the recording's packets.
std::vector<std::string> recorded(const std::string& file, bool paced) {
  const std::string recording = scratch("recording.flv");
  TestPipeline pipeline("", "filesink location=" + recording);
  pipeline.play();
  Process ffmpeg(ffmpeg_publish(file, local_url(pipeline.port()), paced));
  EXPECT_EQ(ffmpeg.wait(), "");
  EXPECT_EQ(ffmpeg.exit_status(), 0);
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  return packets(recording);
}

TEST(Ffmpeg, PublishesAtFullSpeed) {
  const std::string media = real_media(10);
  const auto sent = packets(media);
  ASSERT_GT(sent.size(), 700u);
  EXPECT_EQ(recorded(media, false), sent);
}

TEST(Ffmpeg, PublishesAtTheSpeedOfTheMedia) {
  const std::string media = real_media(2);
  EXPECT_EQ(recorded(media, true), packets(media));
}

TEST(Ffmpeg, PublishesTenMinutesAtFullSpeed) {
  const std::string media = real_media(600);
  const auto sent = packets(media);
  ASSERT_GT(sent.size(), 600u * 70);
  EXPECT_TRUE(recorded(media, false) == sent);
}

TEST(Ffmpeg, PublishesAHundredTimesInARow) {
  const std::string media = real_media(2);
  const auto sent = packets(media);
  // Under a sanitizer a part of them: it is FFmpeg that takes the time.
  const int times = kSanitized ? 20 : 100;
  for (int i = 0; i < times; ++i) ASSERT_EQ(recorded(media, false), sent) << "run " << i;
}

// It closes with megabytes still to be sent: whatever reached it then would make its system drop them.
TEST(Ffmpeg, LosesNothingWhenItClosesBehindItsLastMegabytes) {
  const std::string media = real_media(200);
  ASSERT_GT(std::filesystem::file_size(media), 5'000'000u);
  const auto sent = packets(media);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(recorded(media, false) == sent) << "run " << i;
}

TEST(Ffmpeg, LeavesAPlayableRecordingWhenItIsKilled) {
  const std::string recording = scratch("killed.flv");
  const std::string media = real_media(10);
  TestPipeline pipeline("", "filesink location=" + recording);
  pipeline.play();
  Process ffmpeg(ffmpeg_publish(media, local_url(pipeline.port()), true));
  ASSERT_TRUE(pipeline.wait_for_buffers(100));
  ffmpeg.kill();
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();

  const auto sent = packets(media);
  const auto kept = packets(recording);
  ASSERT_GT(kept.size(), 80u);
  // FFmpeg guesses the last packet's duration, so that line is not compared.
  EXPECT_TRUE(std::equal(kept.begin(), kept.end() - 2, sent.begin()));
}

TEST(Ffmpeg, PublishersOneAfterTheOtherMakeOneFile) {
  const std::string recording = scratch("all.flv");
  const std::string media = real_media(2);
  TestPipeline pipeline("keep-listening=true", "filesink location=" + recording);
  pipeline.play();
  constexpr std::size_t kPublishers = 5;
  for (std::size_t i = 0; i < kPublishers; ++i)
    EXPECT_EQ(run(ffmpeg_publish(media, local_url(pipeline.port()))), "");
  // FFmpeg has ended; what it wrote last may still be on its way.
  EXPECT_TRUE(eventually([&] {
    const auto stats = stats_of(pipeline.src());
    return number(stats.get(), "accepted") == kPublishers && !flag(stats.get(), "publishing");
  }));
  pipeline.send_eos();
  EXPECT_EQ(pipeline.wait(), "eos");
  pipeline.stop();
  EXPECT_EQ(packets(recording).size(), kPublishers * packets(media).size());
}

TEST(Ffmpeg, SaysWhyItIsRefused) {
  TestPipeline pipeline("application=live stream-key=secret");
  pipeline.play();
  const std::string media = real_media(2);
  EXPECT_NE(run(ffmpeg_publish(media, local_url(pipeline.port(), "other/secret")))
                .find("No application 'other' here"),
            std::string::npos);
  EXPECT_NE(
      run(ffmpeg_publish(media, local_url(pipeline.port(), "live/guess"))).find("stream key is not accepted"),
      std::string::npos);
  Process ffmpeg(ffmpeg_publish(media, local_url(pipeline.port(), "live/secret")));
  EXPECT_EQ(ffmpeg.wait(), "");
  EXPECT_EQ(pipeline.wait(), "eos");
}

}  // namespace
}  // namespace rtmp::test
