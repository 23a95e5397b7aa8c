// SPDX-License-Identifier: LGPL-2.1-or-later
// Every command of README.md, docs/reference.md and docs/applications.md is run as it is printed there.
#include <glib.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <sstream>

#include "command_text.h"
#include "eventually.h"
#include "page.h"
#include "process.h"
#include "program.h"

namespace rtmp::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPages[]{"README.md", "docs/reference.md", "docs/applications.md"};

// What the comment above a fence may say:
const std::vector<std::string> kMarks{
    "not run",              // why this command is left out
    "publishers",           // with which inputs it is run, where that is not with all three
    "file",                 // the name of the file that the block is to be written to
    "from",                 // the name of the file of this source tree that the block is a part of
    "prints",               // what its output has
    "told",                 // what its output has, and it ends with an error
    "records",              // a file that the server makes and does not name
    "drops audio",          // what it records has no audio
    "drops video",          // what it records has no video
    "in another terminal",  // it runs while the next block does
};

// What the publisher has. The names are those of the mark "publishers".
struct Input {
  const char* name;
  bool video;
  bool audio;
};
constexpr Input kInputs[]{{"video+audio", true, true}, {"video", true, false}, {"audio", false, true}};

std::string environment(const char* name) {
  const char* value = g_getenv(name);
  return value ? value : "";
}

// Two seconds of H.264 and AAC, or of the one or the other.
std::string media(const Input& input) {
  const std::string both = scratch("video+audio.mp4");
  if (!fs::exists(both))
    run({"bash", "-c",
         "ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=30 -f lavfi -i sine -t 2 "
         "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 30 -c:a aac " +
             both});
  const std::string file = scratch(input.name + std::string(".mp4"));
  if (!fs::exists(file))
    run({"ffmpeg", "-nostdin", "-v", "error", "-i", both, input.video ? "-an" : "-vn", "-c", "copy", file});
  return file;
}

// How many packets of a kind ("v", "a") a file has.
int packets(const std::string& file, const std::string& kind) {
  const std::string count =
      run({"ffprobe", "-v", "quiet", "-count_packets", "-ignore_editlist", "1", "-select_streams",
           kind + ":0", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file});
  return std::atoi(count.c_str());
}

std::string source(const std::string& name) {
  std::ifstream file(environment("SOURCES") + "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

Page page(const std::string& name) { return read_page(name, source(name), kMarks); }

bool contains(const std::string& text, const char* pattern) {
  return std::regex_search(text, std::regex(pattern));
}

int count(const std::string& text, const char* pattern) {
  const std::regex of(pattern);
  return static_cast<int>(std::distance(std::sregex_iterator(text.begin(), text.end(), of), {}));
}

bool is_server(const Block& block) {
  return contains(block.text, "rtmp2server(src|bin)|rtmps?server://|\\.py|scripts/record(?! --demo)") &&
         !block.has("gst-inspect-1.0");
}
bool is_excerpt(const Block& block) {
  return block.language == "python" && !block.marked("file") && !block.marked("from");
}
bool is_client(const Block& block) { return contains(block.text, "(rtmps?|tcp)://[^ ]*localhost"); }
// It does not end with its publisher.
bool stays(const Block& server) { return contains(server.text, "keep-listening=true|\\.py"); }

bool is_for(const Block& block, const Input& input) {
  if (!block.marked("publishers")) return true;
  std::istringstream names(block.marks.at("publishers"));
  for (std::string name; std::getline(names >> std::ws, name, ',');)
    if (name == input.name) return true;
  return false;
}

// The commands under one heading, run in their order in a folder of their own.
//
// One with the element in it is a server. It runs while those behind it publish to it; if there are none,
// FFmpeg publishes input.mp4. Then it must end by itself and without an error, or, where it stays for the
// next publisher, at Ctrl-C; and each file that it names must have what was published. Any other command runs
// to its end at once.
class Section {
 public:
  Section(const fs::path& folder, const Input& input) : folder_(folder), input_(input) {
    fs::create_directories(folder_);
  }
  ~Section() {
    // What bash has started would outlive it.
    for (auto& client : meanwhile_) client.program->signal_group(SIGKILL);
    if (server_) server_->signal_group(SIGKILL);
    if (other_server_.program) other_server_.program->signal_group(SIGKILL);
  }
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  void run(const Block& block) {
    SCOPED_TRACE(block.place + " with " + input_.name);
    if (block.marked("from")) {
      EXPECT_NE(source(block.marks.at("from")).find(block.text), std::string::npos);
    } else if (block.marked("file")) {
      std::ofstream(folder_ / block.marks.at("file")) << text_.of(block.text);
    } else if (is_server(block)) {
      finish();
      if (block.marked("in another terminal"))
        start_other_server(block);
      else
        start_server(block);
    } else if (is_client(block)) {
      run_client(block);
    } else {
      finish();
      const auto program = start(block);
      expect_end(*program, block);
    }
  }

  void finish() {
    if (!server_) return;
    SCOPED_TRACE(server_block_.place + " with " + input_.name);
    if (!had_client_)
      run_client({server_block_.place,
                  "",
                  "sh",
                  {},
                  "ffmpeg -i input.mp4 -c copy -f flv rtmp://localhost/live/my-key\n"});
    for (auto& [block, program] : meanwhile_) expect_end(*program, block);
    meanwhile_.clear();
    // What a publisher that has gone sent last may not have been read yet, and Ctrl-C does not wait for it.
    if (stays(server_block_)) {
      EXPECT_TRUE(server_->prints(" closed: ", publishers_)) << server_->output();
      server_->signal_group(SIGINT);
    }
    expect_end(*server_, server_block_);
    expect_recordings(server_block_);
    server_.reset();
    if (!other_server_.program) return;
    expect_end(*other_server_.program, other_server_.block);
    expect_recordings(other_server_.block);
    other_server_.program.reset();
  }

 private:
  struct Client {
    Block block;
    std::unique_ptr<Program> program;
  };

  // To which the next server publishes.
  void start_other_server(const Block& block) {
    other_server_ = {block, start(block)};
    ASSERT_TRUE(other_server_.program->prints("listening on port")) << other_server_.program->output();
  }

  void start_server(const Block& block) {
    server_block_ = block;
    had_client_ = false;
    publishers_ = 0;
    cut_ = block.has("timeout ");
    server_ = start(block);
    const bool listens =
        block.has("scripts/record")
            ? server_->prints("Publish to ")
            : server_->prints("listening on port", std::max(1, count(block.text, "rtmp2server(src|bin)")));
    ASSERT_TRUE(listens) << server_->output();
  }

  void run_client(const Block& block) {
    if (!server_) {
      start_server(
          {block.place, "", "sh", {}, "gst-launch-1.0 -e rtmp2serversrc ! filesink location=received.flv\n"});
      if (testing::Test::HasFatalFailure()) return;
    }
    // One that has had its publisher is started again for the next.
    if (server_ && publishers_ > 0 && !stays(server_block_) && meanwhile_.empty() && !block.marked("told")) {
      finish();
      start_server(Block(server_block_));
      if (testing::Test::HasFatalFailure()) return;
    }
    had_client_ = true;
    auto program = start(block);
    const bool publishes =
        block.has("rtmp") && (!block.marked("told") || block.marked("in another terminal"));
    if (publishes) {
      publishers_ += count(block.text, "rtmps?://");
      ASSERT_TRUE(server_->prints(" publishes ", publishers_)) << program->output() << server_->output();
    }
    if (block.marked("in another terminal")) {
      meanwhile_.push_back({block, std::move(program)});
      return;
    }
    // A live source has no end.
    if (block.has("is-live=true")) {
      EXPECT_TRUE(eventually([&] { return fs::file_size(folder_ / "received.flv") > 10000; }));
      program->signal_group(SIGINT);
      cut_ = true;
    }
    expect_end(*program, block);
  }

  void expect_end(Program& program, const Block& block) {
    const int status = program.exit_status();
    const std::string output = program.output();
    if (block.marked("told")) {
      EXPECT_NE(output.find(block.marks.at("told")), std::string::npos) << block.place << "\n" << output;
      return;
    }
    EXPECT_EQ(status, 0) << block.place << "\n" << output;
    // gst-launch tells of a track that has not come; what is recorded shows whether one should have.
    static const std::regex complaint("(^|\n)(ERROR|WARNING(?!.*Delayed linking failed)|Traceback)|CRITICAL");
    EXPECT_FALSE(std::regex_search(output, complaint)) << block.place << "\n" << output;
    const std::string expected = block.marked("prints") ? block.marks.at("prints") : "";
    EXPECT_NE(output.find(expected), std::string::npos) << block.place << "\n" << output;
  }

  void expect_recordings(const Block& server) {
    std::vector<std::string> files;
    static const std::regex location("location=([^ %:]+)[ \n]");
    const std::string& text = server.text;
    for (std::sregex_iterator match(text.begin(), text.end(), location), end; match != end; ++match)
      files.push_back((*match)[1]);
    if (server.marked("records")) files.push_back(server.marks.at("records"));
    for (const auto& file : files) {
      const std::string path = folder_ / file;
      // All of it, where one publisher's is recorded and the file is not cut off.
      const bool whole = publishers_ <= static_cast<int>(files.size()) && !cut_;
      const int video = packets(path, "v");
      const int audio = packets(path, "a");
      const bool with_video = input_.video && !server.marked("drops video");
      EXPECT_EQ(video > 0, with_video) << path;
      const bool with_audio = input_.audio && !server.marked("drops audio");
      EXPECT_EQ(audio > 0, with_audio) << path;
      if (!whole) continue;
      EXPECT_EQ(video, with_video ? packets(media(input_), "v") : 0) << path;
      // Muxers differ in what becomes of the encoder's delay.
      EXPECT_NEAR(audio, with_audio ? packets(media(input_), "a") : 0, 1) << path;
    }
  }

  // In a process group of its own, which Ctrl-C is for.
  std::unique_ptr<Program> start(const Block& block) {
    const fs::path file = folder_ / "input.mp4";
    if (block.has("-i input.mp4") && !fs::exists(file)) fs::create_symlink(media(input_), file);
    return std::make_unique<Program>(
        std::vector<std::string>{"setsid", "env", "-C", folder_, "GST_DEBUG=rtmp2serversrc:4",
                                 "GST_DEBUG_NO_COLOR=1", "SDL_VIDEODRIVER=dummy", "SDL_AUDIODRIVER=dummy",
                                 "bash", "-e", "-o", "pipefail", "-c", text_.of(block.text)});
  }

  const fs::path folder_;
  const Input input_;
  CommandText text_;
  std::unique_ptr<Program> server_;
  Block server_block_;
  Client other_server_;
  std::vector<Client> meanwhile_;
  bool had_client_ = false;
  int publishers_ = 0;
  bool cut_ = false;
};

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
  std::unique_ptr<Section> section;
  std::string heading;
  bool server_is_run = true;
  for (const auto& block : blocks) {
    if (!section || block.section != heading) {
      if (section) section->finish();
      heading = block.section;
      const auto number = std::to_string(&block - blocks.data());
      section =
          std::make_unique<Section>(scratch(fs::path(name).stem().string() + input.name + number), input);
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
                             for (const auto& input : kInputs) cases.push_back({page, input});
                           return cases;
                         }()),
                         [](const testing::TestParamInfo<Case>& of) {
                           const std::string words = of.param.page + std::string("_") + of.param.input.name;
                           return std::regex_replace(words, std::regex("[^a-zA-Z0-9]"), "_");
                         });

}  // namespace
}  // namespace rtmp::test
