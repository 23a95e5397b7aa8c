// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory_stream.h"

#include <algorithm>
#include <random>

namespace rtmp::test {

SplitPoints split_every(std::size_t n, std::size_t size) {
  SplitPoints splits;
  for (std::size_t at = n; at < size; at += n) splits.push_back(at);
  return splits;
}

SplitPoints split_randomly(std::uint32_t seed, std::size_t size) {
  std::mt19937 generator(seed);  // its numbers are in the standard; those of the distributions are not
  const auto next_piece = [&] {
    const std::size_t longest = std::size_t{1} << generator() % 13;
    return 1 + generator() % longest;
  };
  SplitPoints splits;
  for (std::size_t at = next_piece(); at < size; at += next_piece()) splits.push_back(at);
  return splits;
}

MemoryStream::MemoryStream(Bytes incoming, SplitPoints splits)
    : incoming_(std::move(incoming)), splits_(std::move(splits)) {}

Result<std::size_t> MemoryStream::read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) {
  if (first.empty()) return Error{ErrorCode::kIo, "read() into an empty first: the contract forbids it"};
  if (delivered_ == incoming_.size()) return end_;

  while (next_split_ < splits_.size() && splits_[next_split_] <= delivered_) ++next_split_;
  const std::size_t limit = next_split_ < splits_.size() ? splits_[next_split_] : incoming_.size();
  const std::size_t room = first.size() + second.size();
  const auto piece = std::span(incoming_).subspan(delivered_, std::min(limit - delivered_, room));
  const auto head = piece.first(std::min(piece.size(), first.size()));
  std::ranges::copy(head, first.begin());
  std::ranges::copy(piece.subspan(head.size()), second.begin());
  delivered_ += piece.size();
  return piece.size();
}

Result<void> MemoryStream::write(std::span<const std::uint8_t> bytes) {
  if (write_error_) return *write_error_;
  written_.insert(written_.end(), bytes.begin(), bytes.end());
  ++write_count_;
  return {};
}

}  // namespace rtmp::test
