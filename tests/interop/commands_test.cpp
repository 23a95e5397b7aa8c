// SPDX-License-Identifier: LGPL-2.1-or-later
// Every command of README.md, docs/reference.md and docs/applications.md is run as it is printed there.
#include <glib.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <thread>

#include "page_section.h"
#include "process.h"

namespace rtmp::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPages[]{"README.md", "docs/reference.md", "docs/applications.md"};

Page page(const std::string& name) { return read_page(name, source(name), kMarks); }

struct Case {
  const char* page;
  Input input;
};
class Commands : public testing::TestWithParam<Case> {};

// A block that could be left out without a word is a fault.
TEST(Page, HasNoCommandThatIsLeftOut) {
  const auto faults = [](const std::string& markdown) {
    return read_page("page", markdown, kMarks).faults.size();
  };
  EXPECT_EQ(faults("<!-- not run: a reason; prints: this -->\n```sh\nffmpeg -version\n```\n"), 0u);
  EXPECT_EQ(faults("* a list\n    goes on\n"), 0u);
  EXPECT_EQ(faults("text\n\n    ffmpeg -version\n"), 1u);
  EXPECT_EQ(faults("```\nffmpeg -version\n```\n"), 1u);
  EXPECT_EQ(faults("```console\n$ ffmpeg -version\n```\n"), 1u);
  EXPECT_EQ(faults("```text\nlive\n```\n"), 0u);
  EXPECT_EQ(faults("```text\nlive\nffmpeg -version\n```\n"), 1u);
  EXPECT_EQ(faults("<!-- do not run -->\n```sh\nffmpeg -version\n```\n"), 1u);
  EXPECT_EQ(faults("<!-- not run: a reason -->\n\n```sh\nffmpeg -version\n```\n"), 1u);
  EXPECT_EQ(faults("```sh\nffmpeg -version\n"), 1u);
  for (const char* page_name : kPages)
    for (const auto& block : page(page_name).blocks)
      EXPECT_FALSE(block.marked("not run") && block.marks.at("not run").empty()) << block.place;
}

TEST_P(Commands, DoWhatThePageSays) {
  const auto& [name, input] = GetParam();
  const auto [blocks, faults] = page(name);
  for (const auto& fault : faults) ADD_FAILURE() << fault;
  ASSERT_FALSE(blocks.empty());
  std::unique_ptr<PageSection> section;
  std::string heading;
  bool server_is_run = true;
  for (const auto& block : blocks) {
    if (!section || block.section != heading) {
      if (section) section->finish();
      heading = block.section;
      const auto number = std::to_string(&block - blocks.data());
      section =
          std::make_unique<PageSection>(scratch(fs::path(name).stem().string() + input.name + number), input);
      server_is_run = true;
    }
    if (block.language == "text" || block.marked("not run") || is_excerpt(block)) continue;
    if (is_server(block)) server_is_run = is_for(block, input);
    if (is_for(block, input) && (server_is_run || !is_client(block))) section->run(block);
  }
  section->finish();
}

INSTANTIATE_TEST_SUITE_P(Pages, Commands, testing::ValuesIn([] {
                           std::vector<Case> cases;
                           for (const char* page : kPages)
                             for (const auto& input : kInputs)
                               if (!input.hevc || page == std::string("README.md"))
                                 cases.push_back({page, input});
                           return cases;
                         }()),
                         [](const testing::TestParamInfo<Case>& of) {
                           const std::string words = of.param.page + std::string("_") + of.param.input.name;
                           return std::regex_replace(words, std::regex("[^a-zA-Z0-9]"), "_");
                         });

// The servers of README.md that Ctrl-C ends well, and that take the publisher of the others.
std::vector<Block> recipes() {
  std::vector<Block> found;
  for (const Block& block : page("README.md").blocks)
    if (is_server(block) && !block.marked("not run") && block.language == "sh" &&
        (block.has("gst-launch-1.0 -e") || block.has("gst-play-1.0")) && !block.has("certificate-file") &&
        !block.has("stream-key=cam1"))
      found.push_back(block);
  return found;
}

TEST(Stops, AtCtrlCBeforeAPublisherHasComeEndWell) {
  for (const int times : {1, 2}) {
    PageSection section(scratch("stop" + std::to_string(times)), kInputs[0]);
    for (const Block& block : recipes()) section.interrupt(block, times);
  }
}

TEST(Returns, OfThePublisherGoOnWithAnotherSize) {
  PageSection section(scratch("return"), kInputs[0]);
  int servers = 0;
  for (const Block& block : recipes()) {
    if (!block.has("keep-listening=true")) continue;
    section.come_back(block);
    ++servers;
  }
  EXPECT_GT(servers, 0);
}

TEST(Stalls, OfThePublisherLeaveOutNothing) {
  std::vector<std::thread> threads;
  auto blocks = recipes();
  std::erase_if(blocks, [](const Block& block) { return !is_for(block, kInputs[0]); });
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i > 0 && blocks[i - 1].marked("in another terminal")) continue;
    const std::string folder = scratch("stall" + std::to_string(i));
    threads.emplace_back([&blocks, i, folder] {
      PageSection section(folder, kInputs[0]);
      for (std::size_t k = i; k < i + 1 || blocks[k - 1].marked("in another terminal"); ++k)
        section.stall(blocks[k], std::chrono::seconds(10));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace rtmp::test
