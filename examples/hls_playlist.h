// SPDX-License-Identifier: LGPL-2.1-or-later
// The playlist that hls.cpp writes.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <string>

// The newest segments of a stream key, with those of earlier publishers.
class Playlist {
 public:
  // `length` is how many segments it has. The files of older ones are removed.
  Playlist(std::filesystem::path directory, std::size_t length)
      : directory_(std::move(directory)), length_(length) {
    std::filesystem::create_directories(directory_);
  }

  // Returns the pattern of the files of another publisher.
  std::string location() { return directory_ / (std::to_string(++publishers) + "-%05d.ts"); }

  void add(const std::string& file, double seconds, bool marked) {
    segments_.push_back({file, seconds, marked});
    longest_ = std::max(longest_, static_cast<int>(std::lround(seconds)));
    if (segments_.size() > length_) {
      std::filesystem::remove(segments_.front().file);
      ++removed_;
      removed_marks_ += segments_.front().marked;
      segments_.pop_front();
    }
    write("");
    std::cout << (directory_ / "live.m3u8").string() + ": " + file + "\n" << std::flush;
  }

  void write(const char* end) const {
    std::ofstream file(directory_ / "new.m3u8");
    file << "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:" << longest_
         << "\n#EXT-X-MEDIA-SEQUENCE:" << removed_ << "\n#EXT-X-DISCONTINUITY-SEQUENCE:" << removed_marks_
         << "\n"
         << std::fixed << std::setprecision(3);
    for (const Segment& segment : segments_)
      file << (segment.marked ? "#EXT-X-DISCONTINUITY\n" : "") << "#EXTINF:" << segment.seconds << ",\n"
           << std::filesystem::path(segment.file).filename().string() << "\n";
    file << end;
    file.close();
    std::filesystem::rename(directory_ / "new.m3u8", directory_ / "live.m3u8");
  }

  unsigned publishers = 0;

 private:
  struct Segment {
    std::string file;
    double seconds;
    bool marked;
  };
  const std::filesystem::path directory_;
  const std::size_t length_;
  std::deque<Segment> segments_;
  int longest_ = 1;
  unsigned removed_ = 0;
  unsigned removed_marks_ = 0;
};
