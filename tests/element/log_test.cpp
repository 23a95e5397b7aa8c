// SPDX-License-Identifier: LGPL-2.1-or-later
// What the element's debug category says, and of which server.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

struct Line {
  GstDebugLevel level;
  std::string id;
  std::string text;
};

// They outlive the log function, which other threads may still be running when it is removed.
constinit std::mutex mutex;
std::vector<Line>& lines() {
  static auto* kept = new std::vector<Line>;
  return *kept;
}

void add(GstDebugCategory* category, GstDebugLevel level, const gchar*, const gchar*, gint, GObject*,
         GstDebugMessage* message, gpointer) {
  if (std::string(gst_debug_category_get_name(category)) != "rtmp2serversrc") return;
  const gchar* id = gst_debug_message_get_id(message);
  std::lock_guard lock(mutex);
  lines().push_back({level, id ? id : "", gst_debug_message_get(message)});
}

bool has(GstDebugLevel level, const std::string& id, const std::string& text) {
  std::lock_guard lock(mutex);
  return std::ranges::any_of(lines(), [&](const Line& line) {
    return line.level == level && line.id == id && line.text.find(text) != std::string::npos;
  });
}

TEST(Log, NamesThePortOfTheServerAndHasEachMessageAtTheLevelOfTraces) {
  TestPipeline first;
  TestPipeline second;
  (gst_debug_add_log_function)(add, nullptr, nullptr);  // the macro of that name is no C++
  gst_debug_set_threshold_for_name("rtmp2serversrc", GST_LEVEL_TRACE);
  for (TestPipeline* pipeline : {&first, &second}) {
    pipeline->play();
    TcpPublisher publisher(pipeline->port());
    EXPECT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
    EXPECT_TRUE(send_all(publisher, made_up_stream(3)));
    publisher.close();
    EXPECT_EQ(pipeline->wait(), "eos");
  }
  for (TestPipeline* pipeline : {&first, &second}) {
    const std::string id = "port " + std::to_string(pipeline->port());
    EXPECT_TRUE(has(GST_LEVEL_INFO, id, "publishes"));
    EXPECT_TRUE(has(GST_LEVEL_TRACE, id, "received message of type 9"));
    EXPECT_TRUE(has(GST_LEVEL_TRACE, id, "sent message of type 20"));
    EXPECT_FALSE(has(GST_LEVEL_DEBUG, id, "message of type"));
    pipeline->stop();
  }
  gst_debug_set_threshold_for_name("rtmp2serversrc", GST_LEVEL_NONE);
  (gst_debug_remove_log_function)(add);
}

}  // namespace
}  // namespace rtmp::test
