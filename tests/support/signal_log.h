// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "element_stats.h"

namespace rtmp::test {

/// Records what an rtmp2serversrc says by its signals, in order, and by element messages. Each signal becomes
/// a line: "added live key", "removed live key closed", "rejected live other stream-key".
class SignalLog {
 public:
  /// Takes the sync handler of the pipeline's bus. Messages still go on to the bus.
  SignalLog(GstElement* element, GstElement* pipeline);
  /// Stops the pipeline first, because a handler may just be called.
  ~SignalLog();
  SignalLog(const SignalLog&) = delete;
  SignalLog& operator=(const SignalLog&) = delete;

  /// Both block until there is such a line or message. They return false or null after 20 s.
  bool wait_for(const std::string& line);
  StructurePtr wait_for_message(const std::string& name);

  /// All such messages until now.
  [[nodiscard]] std::vector<StructurePtr> messages(const std::string& name) const;

  [[nodiscard]] std::vector<std::string> lines() const;
  /// The addresses that came with the lines: "127.0.0.1:40000".
  [[nodiscard]] std::vector<std::string> addresses() const;
  /// Copies of the structures that came with the lines.
  [[nodiscard]] std::vector<StructurePtr> clients() const;

 private:
  void add(const GstStructure* client, const std::string& event, const std::string& reason);

  GstElement* element_;
  GstElement* pipeline_;
  GstBus* bus_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<std::string> addresses_;
  std::vector<StructurePtr> clients_;
  std::vector<StructurePtr> messages_;
};

/// Returns the nick of a value of a registered enumeration type, such as "closed".
std::string nick_of(GType type, int value);

/// The nick of the field `reason`, whose type has this name. "none" if there is no such field of that type.
std::string reason_of(const GstStructure* client, const char* type_name);

/// "127.0.0.1:40000"
std::string to_text(GSocketAddress* address);

}  // namespace rtmp::test
