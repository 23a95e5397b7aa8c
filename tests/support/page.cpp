// SPDX-License-Identifier: LGPL-2.1-or-later
#include "page.h"

#include <algorithm>
#include <regex>
#include <sstream>

namespace rtmp::test {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

class Reader {
 public:
  Reader(const std::string& name, const std::vector<std::string>& marks) : name_(name), known_(marks) {}

  void line(const std::string& line) {
    ++number_;
    if (in_block_) {
      line == "```" ? close() : void(block_.text += line + "\n");
    } else if (line.starts_with("```")) {
      open(line.substr(3));
    } else {
      if (!marks_.empty()) fault("a comment that does not stand directly above a fence");
      marks_.clear();
      prose(line);
    }
  }

  Page end() {
    if (in_block_) fault("a fence that is not closed");
    return std::move(page_);
  }

 private:
  void fault(const std::string& what) {
    page_.faults.push_back(name_ + ":" + std::to_string(number_) + " has " + what);
  }

  void prose(const std::string& line) {
    static const std::regex comment("<!-- (.*) -->");
    std::smatch match;
    if (line.starts_with("#")) section_ = trimmed(line.substr(line.find_first_not_of('#')));
    // A list goes on in lines that are indented; code would begin behind an empty line.
    if (line.starts_with("    ") && after_empty_) fault("an indented block; use a fence");
    if (std::regex_match(line, match, comment)) read_marks(match[1]);
    after_empty_ = line.empty();
  }

  void read_marks(const std::string& comment) {
    std::istringstream parts(comment);
    for (std::string part; std::getline(parts, part, ';');) {
      const auto colon = part.find(':');
      const std::string mark = trimmed(part.substr(0, colon));
      if (std::ranges::find(known_, mark) == known_.end()) fault("an unknown mark, '" + mark + "'");
      marks_[mark] = colon == std::string::npos ? "" : trimmed(part.substr(colon + 1));
    }
  }

  void open(const std::string& language) {
    block_ = {name_ + ":" + std::to_string(number_), section_, language, std::move(marks_), ""};
    marks_.clear();
    in_block_ = true;
    if (language != "sh" && language != "python" && language != "cpp" && language != "text")
      fault("a fence of '" + language + "', which is none of sh, python, cpp and text");
  }

  void close() {
    static const std::regex program(R"((^|\n)\s*(gst-|ffmpeg|ffplay|python3|scripts/|meson))");
    if (block_.language == "text" && std::regex_search(block_.text, program))
      fault("a command in a block of text");
    page_.blocks.push_back(std::move(block_));
    in_block_ = false;
    after_empty_ = false;
  }

  const std::string name_;
  const std::vector<std::string> known_;
  Page page_;
  Block block_;
  std::map<std::string, std::string> marks_;
  std::string section_;
  int number_ = 0;
  bool in_block_ = false;
  bool after_empty_ = true;
};

}  // namespace

Page read_page(const std::string& name, const std::string& markdown, const std::vector<std::string>& marks) {
  Reader reader(name, marks);
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) reader.line(line);
  return reader.end();
}

}  // namespace rtmp::test
