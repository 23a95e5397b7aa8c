// SPDX-License-Identifier: LGPL-2.1-or-later
#include "page_section.h"

#include <glib.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <mutex>
#include <regex>
#include <sstream>
#include <thread>

#include "eventually.h"
#include "flv_lister.h"
#include "process.h"

namespace rtmp::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPublish = "ffmpeg -i input.mp4 -c copy -f flv rtmp://localhost/live/my-key\n";

// Two seconds of H.264 and AAC, of the one or the other, or of H.265 and AAC. Any thread may call this.
std::string media(const Input& input) {
  static std::recursive_mutex mutex;  // who finds the file finds all of it
  std::lock_guard lock(mutex);
  const std::string both = scratch("video+audio.mp4");
  const std::string file = scratch(input.name + std::string(".mp4"));
  if (fs::exists(file)) return file;
  if (input.video && input.audio) {
    const std::string encoder =
        input.hevc ? "-c:v libx265 -x265-params log-level=none -tag:v hvc1 " : "-c:v libx264 ";
    run({"bash", "-c",
         "ffmpeg -nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=30 -f lavfi -i sine -t 2 " +
             encoder + "-preset ultrafast -pix_fmt yuv420p -g 30 -c:a aac " + file});
    return file;
  }
  run({"ffmpeg", "-nostdin", "-v", "error", "-i", media(kInputs[0]), input.video ? "-an" : "-vn", "-c",
       "copy", file});
  return file;
}

// The same of an FLV file with H.265, which FFmpeg reads from version 6.1 on.
int frames_in_flv(const std::string& file, const std::string& track) {
  constexpr std::size_t kFileHeader = 13, kTagHeader = 11, kTrailer = 4;
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  int frames = 0;
  for (std::size_t at = kFileHeader; at + kTagHeader <= bytes.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    const std::size_t size = kTagHeader + (byte(1) << 16 | byte(2) << 8 | byte(3)) + kTrailer;
    const auto listed = list_frames(std::string_view(bytes).substr(at, size));
    frames += static_cast<int>(std::ranges::count(listed, track, &ListedFrame::track));
    at += size;
  }
  return frames;
}

// How many packets of a kind ("v", "a") a file has.
int packets(const std::string& file, const std::string& kind, bool hevc) {
  if (hevc && file.ends_with(".flv")) return frames_in_flv(file, kind == "v" ? "video_0" : "audio_0");
  const std::string count =
      run({"ffprobe", "-v", "quiet", "-count_packets", "-ignore_editlist", "1", "-select_streams",
           kind + ":0", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file});
  return std::atoi(count.c_str());
}

bool contains(const std::string& text, const char* pattern) {
  return std::regex_search(text, std::regex(pattern));
}

int count(const std::string& text, const char* pattern) {
  const std::regex of(pattern);
  return static_cast<int>(std::distance(std::sregex_iterator(text.begin(), text.end(), of), {}));
}

// It does not end with its publisher.
bool stays(const Block& server) { return contains(server.text, "keep-listening=true|\\.py"); }

// FFmpeg before version 6.1 does not publish H.265.
std::string publish_hevc(const std::string& text) {
  static const std::regex ffmpeg("ffmpeg (.*?)-i (input.mp4) .*-f flv ([^ \n]+)");
  return std::regex_replace(text, ffmpeg, g_getenv("HEVC_PUBLISHER") + std::string(" $2 $3"));
}

// The files that a server makes.
std::vector<std::string> recordings_of(const Block& server) {
  std::vector<std::string> files;
  static const std::regex location("location=([^ %:]+)[ \n]");
  const std::string& text = server.text;
  for (std::sregex_iterator match(text.begin(), text.end(), location), end; match != end; ++match)
    files.push_back((*match)[1]);
  if (server.marked("records")) files.push_back(server.marks.at("records"));
  return files;
}

}  // namespace

std::string source(const std::string& name) {
  std::ifstream file(g_getenv("SOURCES") + ("/" + name));
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_excerpt(const Block& block) {
  return block.language == "cpp" ||
         (block.language == "python" && !block.marked("file") && !block.marked("from"));
}

bool is_server(const Block& block) {
  return contains(block.text, "rtmp2server(src|bin)|rtmps?server://|\\.py|scripts/record(?! --demo)") &&
         !block.has("gst-inspect-1.0");
}

bool is_client(const Block& block) { return contains(block.text, "(rtmps?|tcp)://[^ ]*localhost"); }

bool is_for(const Block& block, const Input& input) {
  if (!block.marked("publishers")) return true;
  std::istringstream names(block.marks.at("publishers"));
  for (std::string name; std::getline(names >> std::ws, name, ',');)
    if (name == input.name) return true;
  return false;
}

PageSection::PageSection(const fs::path& folder, const Input& input) : folder_(folder), input_(input) {
  fs::create_directories(folder_);
}

// What bash has started would outlive it.
PageSection::~PageSection() {
  for (auto* running : {&meanwhile_, &beside_})
    for (auto& one : *running) one.program->signal_group(SIGKILL);
  if (server_) server_->signal_group(SIGKILL);
}

void PageSection::run(const Block& block) {
  SCOPED_TRACE(block.place + " with " + input_.name);
  if (block.marked("from")) {
    EXPECT_NE(source(block.marks.at("from")).find(block.text), std::string::npos);
  } else if (block.marked("file")) {
    std::ofstream(folder_ / block.marks.at("file")) << text_.of(block.text);
  } else if (is_server(block)) {
    if (!start_beside(block)) start_server(block);
  } else if (is_client(block)) {
    run_client(block);
  } else {
    finish();
    const auto program = start(block);
    expect_end(*program, block);
  }
}

void PageSection::finish() {
  if (!server_) return;
  SCOPED_TRACE(server_block_.place + " with " + input_.name);
  if (!had_client_) run_client({server_block_.place, "", "sh", {}, kPublish});
  for (auto& [block, program] : meanwhile_) expect_end(*program, block);
  meanwhile_.clear();
  // What a publisher that has gone sent last may not have been read yet, and Ctrl-C does not wait for it.
  if (stays(server_block_)) {
    EXPECT_TRUE(server_->prints(" closed: ", publishers_)) << server_->output();
    server_->signal_group(SIGINT);
  }
  expect_end(*server_, server_block_);
  expect_recordings(server_block_);
  for (auto& [block, program] : beside_) {
    expect_end(*program, block);
    expect_recordings(block);
  }
  beside_.clear();
  server_.reset();
}

void PageSection::interrupt(const Block& block, int times) {
  SCOPED_TRACE(block.place + " with Ctrl-C " + std::to_string(times) + " times");
  if (start_beside(block)) return;
  start_server(block);
  if (testing::Test::HasFatalFailure()) return;
  // Only gst-launch-1.0 takes the first one for a wish to end well, once it plays.
  const bool launched = block.has("gst-launch-1.0");
  ASSERT_TRUE(!launched || server_->prints("New clock")) << server_->output();
  for (int i = 1; i <= times; ++i) {
    server_->signal_group(SIGINT);
    ASSERT_TRUE(!launched || i == times || server_->prints("handling interrupt")) << server_->output();
  }
  if (launched && times == 1) {
    expect_end(*server_, block);
    for (const fs::path& file : fs::recursive_directory_iterator(folder_))
      EXPECT_FALSE(file.extension() == ".mp4" && fs::file_size(file) == 0) << file;
  } else {
    EXPECT_TRUE(server_->ends()) << server_->output();
  }
  server_.reset();
  // The servers beside it have had their publisher, or none that they know of.
  for (auto& [other, program] : beside_) program->signal_group(SIGKILL);
  beside_.clear();
}

void PageSection::stall(const Block& block, std::chrono::seconds time) {
  SCOPED_TRACE(block.place + " with a publisher that stalls");
  if (start_beside(block)) return;
  start_server(block);
  if (testing::Test::HasFatalFailure()) return;
  const auto viewer = block.has("srtsink") ? start_viewer() : nullptr;
  if (testing::Test::HasFatalFailure()) return;
  had_client_ = true;
  publishers_ = 1;
  const auto publisher =
      start({block.place,
             "",
             "sh",
             {},
             "ffmpeg -stats_period 0.1 -progress - -re " + std::string(kPublish).substr(7)});
  ASSERT_TRUE(publisher->prints("progress=continue", 6)) << publisher->output() << server_->output();
  publisher->signal_group(SIGSTOP);
  std::this_thread::sleep_for(time);
  publisher->signal_group(SIGCONT);
  expect_end(*publisher, block);
  if (viewer) expect_seen();
  finish();
}

// One who is there before a publisher.
std::unique_ptr<Program> PageSection::start_viewer() {
  auto viewer = start({"a viewer",
                       "",
                       "sh",
                       {},
                       "gst-launch-1.0 -q srtsrc uri=srt://127.0.0.1:7001 ! "
                       "filesink buffer-mode=unbuffered location=seen.ts\n"});
  EXPECT_TRUE(server_->prints("Accept to connect")) << server_->output();
  return viewer;
}

// The viewer gets all that was published, while the server goes on.
void PageSection::expect_seen() {
  for (const std::string kind : {"v", "a"}) {
    const int sent = packets(media(input_), kind, input_.hevc);
    EXPECT_TRUE(eventually([&] { return packets(folder_ / "seen.ts", kind, input_.hevc) >= sent; }))
        << packets(folder_ / "seen.ts", kind, input_.hevc) << " of " << sent << " " << kind;
  }
}

void PageSection::come_back(const Block& block) {
  SCOPED_TRACE(block.place + " with a publisher that comes back");
  start_server(block);
  for (const std::string size : {"320x240", "640x360"}) {
    if (testing::Test::HasFatalFailure()) return;
    run_client({block.place,
                "",
                "sh",
                {},
                "ffmpeg -v error -re -f lavfi -i testsrc2=size=" + size +
                    ":rate=30 -f lavfi -i sine -t 2 -c:v libx264 -preset ultrafast -g 30 -c:a aac -f flv "
                    "rtmp://localhost/live/my-key\n"});
  }
  finish();
  for (const std::string& file : recordings_of(block))
    EXPECT_EQ(packets(folder_ / file, "v", false), 2 * 60) << file;
}

// A server to which the next one publishes.
bool PageSection::start_beside(const Block& block) {
  finish();
  if (!block.marked("in another terminal")) return false;
  auto& [started, program] = beside_.emplace_back(Running{block, start(block)});
  EXPECT_TRUE(program->prints("listening on port")) << program->output();
  return true;
}

void PageSection::start_server(const Block& block) {
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

void PageSection::run_client(const Block& block) {
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
  const bool publishes = block.has("rtmp") && (!block.marked("told") || block.marked("in another terminal"));
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

void PageSection::expect_end(Program& program, const Block& block) {
  const int status = program.exit_status();
  const std::string output = program.output();
  if (block.marked("told")) {
    EXPECT_NE(output.find(block.marks.at("told")), std::string::npos) << block.place << "\n" << output;
    return;
  }
  EXPECT_EQ(status, 0) << block.place << "\n" << output;
  // gst-launch tells of a track that has not come; what is recorded shows whether one should have.
  static const std::regex complaint(
      "(^|\n)(ERROR|WARNING(?!.*Delayed linking failed)|Traceback)|CRITICAL|GStreamer-WARNING");
  EXPECT_FALSE(std::regex_search(output, complaint)) << block.place << "\n" << output;
  const std::string expected = block.marked("prints") ? block.marks.at("prints") : "";
  EXPECT_NE(output.find(expected), std::string::npos) << block.place << "\n" << output;
}

void PageSection::expect_recordings(const Block& server) {
  const auto files = recordings_of(server);
  const bool with_video = input_.video && !server.marked("drops video");
  const bool with_audio = input_.audio && !server.marked("drops audio");
  for (const auto& file : files) {
    const std::string path = folder_ / file;
    // All of it, where one publisher's is recorded and the file is not cut off. A picture is one of many.
    const bool whole = publishers_ <= static_cast<int>(files.size()) && !cut_ && !path.ends_with(".jpg");
    const int video = packets(path, "v", input_.hevc);
    const int audio = packets(path, "a", input_.hevc);
    EXPECT_EQ(video > 0, with_video) << path;
    EXPECT_EQ(audio > 0, with_audio) << path;
    if (!whole) continue;
    EXPECT_EQ(video, with_video ? packets(media(input_), "v", false) : 0) << path;
    // Muxers differ in what becomes of the encoder's delay.
    EXPECT_NEAR(audio, with_audio ? packets(media(input_), "a", false) : 0, 2) << path;
  }
}

// In a process group of its own, which Ctrl-C is for.
std::unique_ptr<Program> PageSection::start(const Block& block) {
  const fs::path file = folder_ / "input.mp4";
  if (block.has("-i input.mp4") && !fs::exists(file)) fs::create_symlink(media(input_), file);
  const std::string text = text_.of(block.text);
  return std::make_unique<Program>(std::vector<std::string>{
      "setsid", "env", "-C", folder_, "GST_DEBUG=rtmp2serversrc:4,srtobject:5", "GST_DEBUG_NO_COLOR=1",
      "SDL_VIDEODRIVER=dummy", "SDL_AUDIODRIVER=dummy", "bash", "-e", "-o", "pipefail", "-c",
      input_.hevc ? publish_hevc(text) : text});
}

}  // namespace rtmp::test
