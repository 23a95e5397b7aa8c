// SPDX-License-Identifier: LGPL-2.1-or-later
// What a live pipeline shows of publishers whose clocks go wrong, each at the same time in a pipeline of its
// own. Prints the table in docs/timing.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "element_stats.h"
#include "media_fixture.h"
#include "signal_log.h"
#include "slowness.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"
#include "timed_frames.h"

namespace rtmp::test {
namespace {

using std::chrono::milliseconds;

constexpr const char* kStart = "NetStream.Publish.Start";

constexpr const char* kSinks =
    "tee name=t ! queue max-size-bytes=0 max-size-buffers=0 max-size-time=0 ! fakesink name=buffers "
    "sync=true "
    "max-lateness=20000000 qos=true signal-handoffs=true "
    "t. ! queue max-size-bytes=0 max-size-buffers=0 max-size-time=0 ! flvdemux name=d "
    "d.video ! queue max-size-bytes=0 max-size-buffers=0 max-size-time=0 ! fakesink name=video sync=true "
    "max-lateness=20000000 qos=true signal-handoffs=true "
    "d.audio ! queue max-size-bytes=0 max-size-buffers=0 max-size-time=0 ! fakesink name=audio sync=true "
    "max-lateness=20000000 qos=true signal-handoffs=true";

/// One pipeline with both kinds of viewers, and a connection to it.
struct Show {
  explicit Show(const std::string& timestamps)
      : pipeline("keep-listening=true timestamps=" + timestamps, kSinks) {
    buffers.watch(pipeline.pipeline(), "buffers", 11);
    demuxed.watch(pipeline.pipeline(), "video", 0);
    demuxed.watch(pipeline.pipeline(), "audio", 0);
    pipeline.play();
  }
  void publish() {
    publisher = std::make_unique<TcpPublisher>(pipeline.port());
    EXPECT_EQ(publisher->publish("live", "key"), kStart);
    EXPECT_TRUE(send_all(*publisher, {made_up_stream(0)}));
  }

  Sink buffers;
  Sink demuxed;
  TestPipeline pipeline;
  std::unique_ptr<TcpPublisher> publisher;
};

struct Case {
  const char* name;
  std::vector<Script> publishers;
  std::vector<int> judged_from{};  // ms since each began
  bool apart_as_made = true;       // audio and video are to be shown as they were made
  std::map<int, std::function<void(TestPipeline&)>> happens{};  // at which time of the first publisher
};

struct Judged {
  int sent = 0;
  int shown = 0;
  double apart = 0;
  std::string missing{};  // when the frames were made that were not shown, and how late they were shown

  [[nodiscard]] double lost() const { return sent == 0 ? 1 : 1 - static_cast<double>(shown) / sent; }
};

// As shown counts what is shown soon: a picture that is shown seconds later is not live.
Judged judge(const Sink& sink, const std::vector<Frame>& frames, double began, std::uint32_t first_id,
             int from) {
  constexpr double kSoon = 1'500;
  Judged judged;
  std::optional<double> last[2];
  int made[2] = {0, 0};
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Frame& frame = frames[i];
    if (frame.made < from) continue;
    judged.sent += frame.video;
    const auto shown = sink.shown(first_id + static_cast<std::uint32_t>(i));
    if (!shown || shown->at > began + frame.at + kSoon) {
      if (!frame.video) continue;
      judged.missing += ' ' + std::to_string(frame.made);
      if (shown) judged.missing += '+' + std::to_string(std::lround(shown->at - began - frame.at));
      continue;
    }
    judged.shown += frame.video;
    last[frame.video] = shown->due - frame.made;
    made[frame.video] = frame.made;
    // Of neighbours: where some were lost, a slow clock has gone on.
    if (last[0] && last[1] && std::abs(made[0] - made[1]) < 100)
      judged.apart = std::max(judged.apart, std::abs(*last[0] - *last[1]));
  }
  return judged;
}

/// What became of one publisher: at each of the four viewers.
struct Outcome {
  std::string name;
  Judged demuxed_original, demuxed_corrected, buffers_original, buffers_corrected;
};

constexpr std::uint32_t kIdsEach = 100'000;

std::vector<Outcome> run(const Case& it) {
  Show original("original");
  Show corrected("corrected");
  std::vector<double> began;
  for (std::size_t n = 0; n < it.publishers.size(); ++n) {
    const auto frames = frames_of(it.publishers[n]);
    original.publish();
    corrected.publish();
    const auto begin = std::chrono::steady_clock::now();
    began.push_back(now_ms());
    auto happens = n == 0 ? it.happens : std::map<int, std::function<void(TestPipeline&)>>{};
    const auto due = [&](double at) {
      while (!happens.empty() && happens.begin()->first <= at) {
        const auto [when, what] = *happens.begin();
        std::this_thread::sleep_until(begin + milliseconds(when));
        what(original.pipeline);
        what(corrected.pipeline);
        happens.erase(happens.begin());
      }
      std::this_thread::sleep_until(begin + std::chrono::duration<double, std::milli>(at));
    };
    for (std::size_t i = 0; i < frames.size(); ++i) {
      due(frames[i].at);
      const Sent sent =
          message_of(frames[i], static_cast<std::uint32_t>(n) * kIdsEach + static_cast<std::uint32_t>(i));
      for (Show* show : {&original, &corrected}) EXPECT_TRUE(send_all(*show->publisher, {sent}));
    }
    for (Show* show : {&original, &corrected}) {
      EXPECT_TRUE(show->publisher->unpublish());
      EXPECT_EQ(show->publisher->next_status(), "NetStream.Unpublish.Success");
    }
    std::this_thread::sleep_for(milliseconds(500));  // as long as a reconnect takes
  }
  std::this_thread::sleep_for(milliseconds(1'500));  // the last are shown
  std::vector<Outcome> outcomes;
  for (std::size_t n = 0; n < it.publishers.size(); ++n) {
    const auto frames = frames_of(it.publishers[n]);
    const auto look = [&](const Sink& sink) {
      return judge(sink, frames, began[n], static_cast<std::uint32_t>(n) * kIdsEach, it.judged_from[n]);
    };
    outcomes.push_back({std::string(it.name) + " | " + std::to_string(n + 1), look(original.demuxed),
                        look(corrected.demuxed), look(original.buffers), look(corrected.buffers)});
  }
  return outcomes;
}

void stop_for_5_seconds(std::map<int, std::function<void(TestPipeline&)>>& happens) {
  happens[5'000] = [](TestPipeline& pipeline) {
    gst_element_set_state(pipeline.pipeline(), GST_STATE_PAUSED);
  };
  happens[10'000] = [](TestPipeline& pipeline) { pipeline.play(); };
}

Case& add_to(std::vector<Case>& all, const char* name, std::vector<Script> publishers,
             std::vector<int> judged_from) {
  return all.emplace_back(Case{name, std::move(publishers), std::move(judged_from)});
}

std::vector<Case> cases() {
  const Script good{.lasts = 4'000};
  std::vector<Case> all;
  const auto add = [&](const char* name, std::vector<Script> publishers,
                       std::vector<int> judged_from) -> Case& {
    return add_to(all, name, std::move(publishers), std::move(judged_from));
  };
  // As long as the longest of the others: what the machine does to any of them, it does to one of these.
  add("no anomaly", {{.lasts = 8'000}, good, good, good}, {0, 0, 0, 0});
  const auto jump = [](int at, double by) {
    return Script{.lasts = 8'000,
                  .stamp = [=](bool, int made) { return 60'000 + made + (made >= at ? by : 0); }};
  };
  add("an hour ahead at 3 s", {jump(3'000, 3'600'000), good}, {4'000, 0});
  add("54 s back at 3 s", {jump(3'000, -54'000), good}, {4'000, 0});
  add("a later publisher: 20 s back to 0",
      {good,
       {.lasts = 8'000, .stamp = [](bool, int made) { return made >= 3'000 ? made - 3'000 : made + 20'000; }},
       good},
      {0, 4'000, 0});
  add("a later publisher: only its video back to 0",
      {good,
       {.lasts = 8'000,
        .stamp = [](bool video, int made) { return video && made >= 5'000 ? made - 5'000 : made + 20'000; },
        .drops = [](bool video, int made) { return video && made >= 3'000 && made < 5'000; }},
       good},
      {0, 6'000, 0});
  const Script own{.lasts = 8'000,
                   .stamp = [](bool video, int made) { return video ? made + 5'000'000 : made + 40'000; }};
  add("clocks of audio and video of their own", {own, own, good}, {0, 0, 0});
  add("4 % slow", {{.lasts = 16'000, .stamp = [](bool, int made) { return made * 0.96; }}, good}, {5'000, 0});
  add("4 % fast", {{.lasts = 16'000, .stamp = [](bool, int made) { return made * 1.04; }}, good}, {5'000, 0});
  add("400 ms later from 3 s on",
      {{.lasts = 12'000, .sends = [](bool, int made) { return made >= 3'000 ? made + 400 : made; }}, good},
      {8'000, 0});
  Case& flushed = add("FLUSH_STOP(reset_time) at 4 s", {{.lasts = 10'000}, good}, {5'000, 0});
  flushed.happens[4'000] = [](TestPipeline& pipeline) {
    gst_element_send_event(pipeline.src(), gst_event_new_flush_start());
    gst_element_send_event(pipeline.src(), gst_event_new_flush_stop(TRUE));
  };
  Case& behind =
      add("audio begins 800 ms behind the video",
          {{.lasts = 6'000, .stamp = [](bool video, int made) { return video ? made + 800 : made; }},
           {.lasts = 6'000, .stamp = [](bool video, int made) { return video ? made + 800 : made; }}},
          {0, 0});
  behind.apart_as_made = false;
  return all;
}

std::vector<Case> paused_cases() {
  const Script good{.lasts = 4'000};
  std::vector<Case> all{{"no anomaly", {{.lasts = 8'000}, good, good}, {0, 0, 0}}};
  all.reserve(3);
  // The encoder drops what it cannot send: the queues are full after half of it.
  Case& paused = add_to(
      all, "PAUSED for 5 s",
      {{.lasts = 15'000, .drops = [](bool, int made) { return made >= 7'500 && made < 10'000; }}, good},
      {11'000, 0});
  stop_for_5_seconds(paused.happens);
  Case& begun =
      add_to(all, "PAUSED for the first 5 s",
             {{.lasts = 10'000, .drops = [](bool, int made) { return made >= 2'500 && made < 5'000; }}, good},
             {6'000, 0});
  begun.happens[0] = [](TestPipeline& pipeline) {
    gst_element_set_state(pipeline.pipeline(), GST_STATE_PAUSED);
  };
  begun.happens[5'000] = [](TestPipeline& pipeline) { pipeline.play(); };
  return all;
}

void print(const Outcome& outcome) {
  const auto cell = [](const Judged& judged) {
    std::cout << " | " << judged.shown << " of " << judged.sent << ", " << std::lround(judged.apart) << " ms";
  };
  std::cout << "| " << outcome.name;
  cell(outcome.demuxed_original);
  cell(outcome.demuxed_corrected);
  cell(outcome.buffers_original);
  cell(outcome.buffers_corrected);
  std::cout << " |\n";
}

// The first case is the control.
void expect_shown(const std::vector<Case>& all) {
  std::vector<std::vector<Outcome>> outcomes(all.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < all.size(); ++i) threads.emplace_back([&, i] { outcomes[i] = run(all[i]); });
  }
  std::cout << "| case | publisher | flvdemux, original | flvdemux, corrected | buffers, original | buffers, "
               "corrected |\n";
  for (const auto& of_case : outcomes)
    for (const Outcome& outcome : of_case) print(outcome);
  // A machine that is busy loses frames of the publisher whose clock is right, too.
  double lost = 0;
  double apart = 0;
  for (const Outcome& control : outcomes[0]) {
    for (const Judged* judged :
         {&control.demuxed_corrected, &control.buffers_original, &control.buffers_corrected}) {
      lost = std::max(lost, judged->lost());
      apart = std::max(apart, judged->apart);
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const Outcome& outcome : outcomes[i]) {
      SCOPED_TRACE(outcome.name);
      for (const Judged* judged :
           {&outcome.demuxed_corrected, &outcome.buffers_original, &outcome.buffers_corrected}) {
        EXPECT_LE(judged->lost(), 0.01 * kSlowness + 3 * lost) << judged->missing;
        EXPECT_LE(judged->apart, (all[i].apart_as_made ? 0 : 800) + 20 + 3 * apart);
      }
    }
  }
}

TEST(Clock, FramesAreShownWhateverThePublishersClockDoes) { expect_shown(cases()); }

TEST(Clock, FramesAreShownThroughAPause) { expect_shown(paused_cases()); }

}  // namespace
}  // namespace rtmp::test
