// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rtmp::test {

/// A fenced block of a Markdown page.
struct Block {
  /// The page's name and the line of the fence, "README.md:12".
  std::string place;
  /// The heading above it.
  std::string section;
  /// The word behind the fence: "sh", "python", "cpp" or "text".
  std::string language;
  /// What the comment above the fence says of it: <!-- name: value; name --> .
  std::map<std::string, std::string> marks;
  std::string text;

  [[nodiscard]] bool marked(const std::string& name) const { return marks.contains(name); }
  [[nodiscard]] bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
};

struct Page {
  std::vector<Block> blocks;
  /// Why the page cannot be tested: blocks in which a command would be left out. A sentence each.
  std::vector<std::string> faults;
};

/// Reads a page. These are faults: an indented block, a language other than the three, a mark that is not
/// among `marks`, a comment of marks that is not directly above a fence, a fence that is not closed, a
/// program's name in a block of "text".
Page read_page(const std::string& name, const std::string& markdown, const std::vector<std::string>& marks);

}  // namespace rtmp::test
