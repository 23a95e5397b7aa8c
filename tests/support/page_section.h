// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "command_text.h"
#include "page.h"
#include "program.h"

namespace rtmp::test {

/// What a publisher has. The names are those of the mark "publishers".
struct Input {
  const char* name;
  bool video;
  bool audio;
  bool hevc = false;  // in place of H.264
};
inline constexpr std::array<Input, 4> kInputs{{{"video+audio", true, true},
                                               {"video", true, false},
                                               {"audio", false, true},
                                               {"hevc", true, true, true}}};

/// What the comment above a fence may say:
inline const std::vector<std::string> kMarks{
    "not run",              // why this command is left out
    "publishers",           // with which inputs it is run, where that is not with all of them
    "file",                 // the name of the file that the block is to be written to
    "from",                 // the name of the file of this source tree that the block is a part of
    "prints",               // what its output has
    "told",                 // what its output has, and it ends with an error
    "records",              // a file that the server makes and does not name
    "drops audio",          // what it records has no audio
    "drops video",          // what it records has no video
    "in another terminal",  // it runs while the next block does
};

/// A page, or another file of the source tree.
std::string source(const std::string& name);

/// Shows the idea of a program, and is not run.
bool is_excerpt(const Block& block);
bool is_server(const Block& block);
bool is_client(const Block& block);
bool is_for(const Block& block, const Input& input);

/// The commands under one heading, run in their order in a folder of their own.
///
/// One with the element in it is a server. It runs while those behind it publish to it; if there are none,
/// FFmpeg publishes input.mp4. Then it must end by itself and without an error, or, where it stays for the
/// next publisher, at Ctrl-C; and each file that it names must have what was published. Any other command
/// runs to its end at once.
class PageSection {
 public:
  PageSection(const std::filesystem::path& folder, const Input& input);
  ~PageSection();
  PageSection(const PageSection&) = delete;
  PageSection& operator=(const PageSection&) = delete;

  void run(const Block& block);
  void finish();

  /// Runs a server to which nobody publishes, with Ctrl-C so many times.
  void interrupt(const Block& block, int times);
  /// Runs a server that stays, with a publisher that comes back with a picture of another size.
  void come_back(const Block& block);
  /// Runs a server whose publisher is stopped for this time in the middle of its stream. If it sends SRT, a
  /// viewer who is there from the beginning sees all of it.
  void stall(const Block& block, std::chrono::seconds time);

 private:
  struct Running {
    Block block;
    std::unique_ptr<Program> program;
  };

  bool start_beside(const Block& block);
  std::unique_ptr<Program> start_viewer();
  void expect_seen();
  void start_server(const Block& block);
  void run_client(const Block& block);
  static void expect_end(Program& program, const Block& block);
  void expect_recordings(const Block& server);
  std::unique_ptr<Program> start(const Block& block);

  const std::filesystem::path folder_;
  const Input input_;
  CommandText text_;
  std::unique_ptr<Program> server_;
  Block server_block_;
  std::vector<Running> meanwhile_;  // publishers
  std::vector<Running> beside_;     // servers to which this one publishes
  bool had_client_ = false;
  int publishers_ = 0;
  bool cut_ = false;
};

}  // namespace rtmp::test
