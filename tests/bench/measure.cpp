// SPDX-License-Identifier: LGPL-2.1-or-later
#include "measure.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "publisher.h"
#include "server_process.h"

namespace rtmp::bench {
namespace {

constexpr auto kRunTime = std::chrono::seconds(300);
constexpr auto kEndTime = std::chrono::seconds(30);
constexpr std::uint64_t kHeaderRoom = 4096;  // what a server may write besides the tags that it was sent

/// A file on tmpfs. It loses its name as soon as the server has it open, so nothing stays behind even if this
/// process is killed.
class ScratchFile {
 public:
  ScratchFile() {
    const char* temporary = std::getenv("TMPDIR");
    const std::string folder = std::filesystem::exists("/dev/shm") ? "/dev/shm"
                               : temporary != nullptr              ? temporary
                                                                   : "/tmp";
    path_ = folder + "/rtmp2server-bench-" + std::to_string(::getpid());
    fd_ = Fd(::open(path_.c_str(), O_RDONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (fd_.get() < 0) throw_errno("open " + path_);
  }
  ~ScratchFile() { remove_name(); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  void remove_name() { ::unlink(path_.c_str()); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) throw_errno("fstat");
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  std::string path_;
  Fd fd_;
};

/// What arrived must be what was sent: a fast server that loses data has not won.
void check_arrival(const Case& tried, const RtmpLoad& load, std::uint64_t patterns, std::uint64_t sent,
                   std::uint64_t count, const ScratchFile& file) {
  const auto require = [](bool holds, std::uint64_t seen, std::uint64_t wanted) {
    if (!holds) {
      throw std::runtime_error("arrived: " + std::to_string(seen) + ", sent: " + std::to_string(wanted));
    }
  };
  if (!tried.is_pipeline()) require(count == sent && (!tried.writes || file.size() == sent), count, sent);
  const std::uint64_t tags = patterns * load.pattern_tags;
  if (tried.kind == Kind::kFloorElement && tried.writes) {
    const std::uint64_t bytes = patterns * load.pattern_body_bytes;
    require(file.size() == bytes, file.size(), bytes);
  } else if (tried.kind == Kind::kFloorElement) {
    require(count == tags, count, tags);
  }
  if (tried.peer() == Peer::kSilent || patterns == 0) return;
  require(count >= tags || tried.writes, count, tags);
  if (!tried.writes) return;
  const std::uint64_t tag_bytes = load.preamble_tag_bytes + patterns * load.pattern_tag_bytes;
  require(file.size() + kHeaderRoom >= tag_bytes && file.size() <= tag_bytes + kHeaderRoom, file.size(),
          tag_bytes);
}

/// Returns how many bytes were sent. The connection is closed when this ends, however it ends: a bare loop
/// takes nothing else for the end.
std::uint64_t publish(int port, const Case& tried, const RtmpLoad& load, std::uint64_t patterns) {
  const auto deadline = Clock::now() + kRunTime;
  Publisher publisher(port, load);
  publisher.start(tried.peer());
  if (patterns > 0 && !publisher.send_media(patterns, deadline)) throw std::runtime_error("too slow");
  publisher.finish(deadline);
  return publisher.sent_bytes();
}

}  // namespace

Sample measure(const Options& options, const Case& tried, std::size_t chunk_size, const RtmpLoad& load,
               std::uint64_t patterns) {
  ScratchFile file;
  ServerProcess server(options.server, server_mode(options, tried, chunk_size, file.path()));
  file.remove_name();
  const std::int64_t start_ns = now_ns();
  std::uint64_t sent = 0;
  std::string failure;
  try {
    sent = publish(server.port(), tried, load, patterns);
  } catch (const std::exception& error) {
    failure = error.what();
    server.stop();
  }
  ServerReport report;
  try {
    report = server.wait(Clock::now() + kEndTime);
  } catch (const std::exception& error) {
    failure += std::string(failure.empty() ? "" : "; ") + error.what();
  }
  if (!failure.empty()) throw std::runtime_error(failure);
  check_arrival(tried, load, patterns, sent, report.count, file);

  const double bytes = static_cast<double>(sent);
  const double seconds = static_cast<double>(report.done_ns - start_ns) * 1e-9;
  return {bytes / 1e6 / seconds, report.cpu_seconds, bytes / 1e9,
          static_cast<double>(report.peak_bytes) / 1e6};
}

}  // namespace rtmp::bench
