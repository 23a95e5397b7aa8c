// SPDX-License-Identifier: LGPL-2.1-or-later
// What the application reads on the bus: publishers that come and go, and their metadata.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "media_fixture.h"
#include "signal_log.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;
using Lines = std::vector<std::string>;

constexpr const char* kStart = "NetStream.Publish.Start";

// The strings of an array.
Lines texts(const GstStructure* structure, const char* field) {
  Lines all;
  const GValue* array = gst_structure_get_value(structure, field);
  for (guint i = 0; array && i < gst_value_array_get_size(array); ++i)
    all.emplace_back(g_value_get_string(gst_value_array_get_value(array, i)));
  return all;
}

TEST(ElementMessages, TellOfTheBeginningAndOfMetadata) {
  TestPipeline pipeline;
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key", {{"flashVer", AmfValue::string("Encoder 1.0")}}), kStart);
  const auto started = log.wait_for_message("rtmp2-publish-started");
  ASSERT_TRUE(started);
  EXPECT_EQ(text(started.get(), "application"), "live");
  EXPECT_EQ(text(started.get(), "stream-key"), "key");
  EXPECT_EQ(text(started.get(), "encoder"), "Encoder 1.0");
  auto* address = G_SOCKET_ADDRESS(g_value_get_object(gst_structure_get_value(started.get(), "address")));
  EXPECT_EQ(to_text(address), log.addresses().at(0));
  EXPECT_EQ(text(started.get(), "host"), "127.0.0.1");
  gint port = 0;
  EXPECT_TRUE(gst_structure_get_int(started.get(), "port", &port));
  EXPECT_EQ(to_text(address), "127.0.0.1:" + std::to_string(port));

  ASSERT_TRUE(send_all(publisher, {metadata({{"width", AmfValue::number(320)},
                                             {"stereo", AmfValue::boolean(true)},
                                             {"who", AmfValue::string("me")},
                                             {"odd\xff", AmfValue::string("\xfe\0x"s)}})}));
  const auto described = log.wait_for_message("rtmp2-metadata");
  ASSERT_TRUE(described);
  EXPECT_EQ(text(described.get(), "stream-key"), "key");
  GVariant* fields = g_value_get_variant(gst_structure_get_value(described.get(), "metadata"));
  ASSERT_TRUE(fields && g_variant_is_of_type(fields, G_VARIANT_TYPE_VARDICT));
  gchar* printed = g_variant_print(fields, FALSE);
  EXPECT_STREQ(printed,
               "{'width': <320.0>, 'stereo': <true>, 'who': <'me'>, 'odd\uFFFD': <'\uFFFD\uFFFDx'>}");
  g_free(printed);
  EXPECT_EQ(texts(described.get(), "metadata-text"),
            (Lines{"width:320", "stereo:true", "who:me", "odd\uFFFD:\uFFFD\uFFFDx"}));
}

// gst-launch-1.0 -m prints a message's structure like this.
TEST(ElementMessages, CanBePrinted) {
  TestPipeline pipeline;
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  ASSERT_TRUE(send_all(publisher, {metadata({{"width", AmfValue::number(320)}})}));
  const auto described = log.wait_for_message("rtmp2-metadata");
  ASSERT_TRUE(described);
  gchar* printed = gst_structure_to_string(described.get());
  const std::string text = printed;
  g_free(printed);
  EXPECT_NE(text.find("host=(string)127.0.0.1"), std::string::npos) << text;
  EXPECT_NE(text.find("port=(int)"), std::string::npos) << text;
  EXPECT_NE(text.find("width:320"), std::string::npos) << text;
}

TEST(ElementMessages, BoundTheMetadataThatCanBePrinted) {
  TestPipeline pipeline;
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  std::vector<AmfValue::Property> many{{"long", AmfValue::string(std::string(1000, 'x'))}};
  for (int i = 0; i < 100; ++i) many.push_back({"n" + std::to_string(i), AmfValue::number(i)});
  ASSERT_TRUE(send_all(publisher, {metadata(many)}));
  const auto described = log.wait_for_message("rtmp2-metadata");
  ASSERT_TRUE(described);
  const Lines printed = texts(described.get(), "metadata-text");
  ASSERT_EQ(printed.size(), 64u);
  EXPECT_EQ(printed[0], "long:" + std::string(251, 'x'));
  EXPECT_EQ(printed[63], "n62:62");
  GVariant* fields = g_value_get_variant(gst_structure_get_value(described.get(), "metadata"));
  EXPECT_EQ(g_variant_n_children(fields), 101u);
}

// "width" in each message of metadata, in order; the bus has been read before the publisher's end.
std::vector<double> widths_told(SignalLog& log) {
  std::vector<double> widths;
  EXPECT_TRUE(log.wait_for_message("rtmp2-publish-ended"));
  for (const auto& message : log.messages("rtmp2-metadata")) {
    GVariant* fields = g_value_get_variant(gst_structure_get_value(message.get(), "metadata"));
    double width = 0;
    EXPECT_TRUE(g_variant_lookup(fields, "width", "d", &width));
    widths.push_back(width);
  }
  return widths;
}

// All that GStreamer writes to its log at the highest level. The text outlives the object, because a thread
// may still be writing to it when the log function has been removed; and its lock needs no construction,
// because GStreamer gives the function to other threads without any order that ThreadSanitizer sees.
class WholeLog {
 public:
  WholeLog() {
    (gst_debug_add_log_function)(add, nullptr, nullptr);  // the macro of that name is no C++
    gst_debug_set_default_threshold(GST_LEVEL_MEMDUMP);
  }
  ~WholeLog() { stop(); }
  void stop() {
    gst_debug_set_default_threshold(GST_LEVEL_NONE);
    (gst_debug_remove_log_function)(add);
  }
  std::string text() {
    std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  static void add(GstDebugCategory*, GstDebugLevel, const gchar*, const gchar*, gint, GObject*,
                  GstDebugMessage* message, gpointer) {
    const std::string line = gst_debug_message_get(message);
    std::lock_guard lock(mutex_);
    text_ += line + "\n";
  }
  static constinit std::mutex mutex_;
  static std::string text_;
};
constinit std::mutex WholeLog::mutex_;
std::string WholeLog::text_;

TEST(ElementMessages, LeaveOutAKeyThatPublishersMustGive) {
  TestPipeline pipeline("application=live stream-key=very-secret");
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  WholeLog whole;
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "very-secret"), kStart);
  ASSERT_TRUE(send_all(publisher, made_up_stream(5)));
  publisher.close();
  ASSERT_EQ(pipeline.wait(), "eos");
  whole.stop();
  const auto ended = log.wait_for_message("rtmp2-publish-ended");
  ASSERT_NE(ended, nullptr);
  EXPECT_EQ(text(ended.get(), "stream-key"), "***");
  EXPECT_TRUE(log.wait_for("added live very-secret"));
  EXPECT_NE(whole.text().find("rtmp2-publish-ended"), std::string::npos);
  EXPECT_EQ(whole.text().find("very-secret"), std::string::npos);
}

TEST(ElementMessages, ThatNobodyReadsAreNotKeptWithoutEnd) {
  constexpr std::size_t kMost = 256;
  TestPipeline pipeline("keep-listening=true");
  pipeline.play();
  for (std::size_t i = 0; i < kMost; ++i) {
    TcpPublisher publisher(pipeline.port());
    ASSERT_EQ(publisher.publish("live", "key"), kStart) << i;
    ASSERT_TRUE(publisher.unpublish());
  }
  TcpPublisher last(pipeline.port());
  ASSERT_EQ(last.publish("live", "key"), kStart);  // by now all is posted that is
  GstBus* bus = gst_element_get_bus(pipeline.pipeline());
  std::size_t told = 0;
  while (GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT)) {
    ++told;
    gst_message_unref(message);
  }
  EXPECT_EQ(told, kMost);
  // They have been read: there is room again.
  ASSERT_TRUE(last.unpublish());
  GstMessage* message = gst_bus_timed_pop_filtered(bus, 10 * GST_SECOND, GST_MESSAGE_ELEMENT);
  ASSERT_NE(message, nullptr);
  EXPECT_TRUE(gst_message_has_name(message, "rtmp2-publish-ended"));
  gst_message_unref(message);
  gst_object_unref(bus);
}

TEST(Metadata, IsToldOnceASecondAtMostAndTheLastOfItAlways) {
  TestPipeline pipeline;
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  const auto begun = std::chrono::steady_clock::now();
  for (int width = 1; width <= 1500; ++width)
    ASSERT_TRUE(send_all(publisher, {metadata({{"width", AmfValue::number(width)}})}));
  ASSERT_TRUE(publisher.unpublish());
  const auto widths = widths_told(log);
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begun).count();
  ASSERT_FALSE(widths.empty());
  EXPECT_EQ(widths.front(), 1);
  EXPECT_EQ(widths.back(), 1500);
  EXPECT_TRUE(std::ranges::is_sorted(widths));
  // One at first, one in each second, one in the end.
  EXPECT_LE(widths.size(), static_cast<std::size_t>(seconds) + 3);
}

TEST(Metadata, ThatIsTheSameIsToldOnce) {
  TestPipeline pipeline;
  SignalLog log(pipeline.src(), pipeline.pipeline());
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), kStart);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send_all(publisher, {metadata({{"width", AmfValue::number(7)}})}));
  ASSERT_TRUE(publisher.unpublish());
  EXPECT_EQ(widths_told(log), (std::vector<double>{7}));
}

}  // namespace
}  // namespace rtmp::test
