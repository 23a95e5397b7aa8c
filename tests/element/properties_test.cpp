// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gio/gio.h>
#include <gst/base/gstbasesrc.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

std::string as_text(GstElement* element, const char* property) {
  GValue value = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(element), property, &value);
  gchar* text = gst_value_serialize(&value);
  std::string result = text ? text : "NULL";
  g_free(text);
  g_value_unset(&value);
  return result;
}

TEST(Element, IsALiveNetworkSourceThatNobodyPluggedByItself) {
  TestPipeline pipeline;
  GstElementFactory* factory = gst_element_get_factory(pipeline.src());
  EXPECT_STREQ(gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS), "Source/Network");
  EXPECT_EQ(gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory)), guint{GST_RANK_NONE});
  EXPECT_TRUE(gst_base_src_is_live(GST_BASE_SRC(pipeline.src())));
  EXPECT_EQ(gst_element_set_state(pipeline.pipeline(), GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
}

TEST(Element, HasTheDocumentedDefaults) {
  GstElement* src = gst_element_factory_make("rtmp2serversrc", nullptr);
  EXPECT_EQ(as_text(src, "host"), "NULL");
  EXPECT_EQ(as_text(src, "port"), "1935");
  EXPECT_EQ(as_text(src, "current-port"), "0");
  EXPECT_EQ(as_text(src, "application"), "NULL");
  EXPECT_EQ(as_text(src, "stream-key"), "NULL");
  EXPECT_EQ(as_text(src, "timeout"), "30");
  EXPECT_EQ(as_text(src, "max-queue-bytes"), "4194304");
  EXPECT_EQ(as_text(src, "keep-listening"), "false");
  EXPECT_EQ(as_text(src, "takeover"), "stale");
  EXPECT_EQ(as_text(src, "username"), "NULL");
  EXPECT_EQ(as_text(src, "tls-certificate"), "NULL");
  EXPECT_EQ(as_text(src, "certificate-file"), "NULL");
  EXPECT_EQ(as_text(src, "private-key-file"), "NULL");
  EXPECT_EQ(as_text(src, "tls-mode"), "required");
  EXPECT_EQ(as_text(src, "tls-ca-file"), "NULL");
  EXPECT_EQ(as_text(src, "latency"), "200");
  EXPECT_EQ(as_text(src, "max-connections"), "256");
  EXPECT_EQ(as_text(src, "max-connections-per-address"), "128");
  EXPECT_EQ(as_text(src, "max-unpublished-connections"), "64");
  EXPECT_EQ(as_text(src, "trusted-networks"), "NULL");
  EXPECT_EQ(as_text(src, "allowed-networks"), "NULL");
  EXPECT_EQ(as_text(src, "max-bitrate"), "0");
  EXPECT_EQ(as_text(src, "max-picture-width"), "0");
  EXPECT_EQ(as_text(src, "max-picture-height"), "0");
  EXPECT_EQ(as_text(src, "accepting"), "true");
  EXPECT_EQ(as_text(src, "drain-mode"), "refuse");
  EXPECT_EQ(as_text(src, "proxy-protocol"), "off");
  EXPECT_EQ(as_text(src, "trusted-proxies"), "NULL");
  gst_object_unref(src);
}

TEST(Element, KeepsWhatItsPropertiesAreSetTo) {
  TestPipeline pipeline("host=127.0.0.1 application=live stream-key=secret timeout=7 max-queue-bytes=1234");
  EXPECT_EQ(as_text(pipeline.src(), "host"), "127.0.0.1");
  EXPECT_EQ(as_text(pipeline.src(), "port"), "0");
  EXPECT_EQ(as_text(pipeline.src(), "application"), "live");
  EXPECT_EQ(as_text(pipeline.src(), "stream-key"), "secret");
  EXPECT_EQ(as_text(pipeline.src(), "timeout"), "7");
  EXPECT_EQ(as_text(pipeline.src(), "max-queue-bytes"), "1234");
  g_object_set(pipeline.src(), "host", nullptr, "application", nullptr, "stream-key", nullptr, nullptr);
  EXPECT_EQ(as_text(pipeline.src(), "host"), "NULL");
  EXPECT_EQ(as_text(pipeline.src(), "application"), "NULL");
  EXPECT_EQ(as_text(pipeline.src(), "stream-key"), "NULL");
}

TEST(Element, HasAPasswordThatNothingReadsOut) {
  TestPipeline pipeline("username=user password=hunter2");
  const GParamSpec* password = g_object_class_find_property(G_OBJECT_GET_CLASS(pipeline.src()), "password");
  EXPECT_EQ(password->flags & G_PARAM_READWRITE, G_PARAM_WRITABLE);
  gchar* graph = gst_debug_bin_to_dot_data(GST_BIN(pipeline.pipeline()), GST_DEBUG_GRAPH_SHOW_ALL);
  EXPECT_NE(std::string(graph).find("username"), std::string::npos);
  EXPECT_EQ(std::string(graph).find("hunter2"), std::string::npos);
  g_free(graph);
}

TEST(Element, KnowsKeepListeningByItsOldName) {
  TestPipeline pipeline;
  EXPECT_NE(
      g_object_class_find_property(G_OBJECT_GET_CLASS(pipeline.src()), "loop")->flags & G_PARAM_DEPRECATED,
      0);
  g_object_set(pipeline.src(), "loop", TRUE, nullptr);
  EXPECT_EQ(as_text(pipeline.src(), "keep-listening"), "true");
}

// What notify::publishing finds, call after call.
class Publishing {
 public:
  explicit Publishing(GstElement* src) {
    g_signal_connect(src, "notify::publishing",
                     G_CALLBACK(+[](GObject* object, GParamSpec*, Publishing* self) {
                       gboolean publishing = FALSE;
                       g_object_get(object, "publishing", &publishing, nullptr);
                       std::lock_guard lock(self->mutex_);
                       self->found_.push_back(publishing != FALSE);
                       self->changed_.notify_all();
                     }),
                     this);
  }
  std::vector<bool> wait(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(20), [&] { return found_.size() >= count; });
    return found_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> found_;
};

TEST(Element, NotifiesWhetherAPublisherIsThere) {
  TestPipeline pipeline("keep-listening=true");
  Publishing publishing(pipeline.src());
  pipeline.play();
  EXPECT_EQ(as_text(pipeline.src(), "publishing"), "false");
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  EXPECT_EQ(publishing.wait(1), (std::vector<bool>{true}));
  publisher.close();
  EXPECT_EQ(publishing.wait(2), (std::vector<bool>{true, false}));
  pipeline.stop();
}

TEST(Element, LimitsConnectionsAsItsPropertiesSay) {
  TestPipeline pipeline("max-connections-per-address=1 max-unpublished-connections=10 max-connections=10");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  EXPECT_NE(TcpPublisher(pipeline.port()).wait_for_end(), ErrorCode::kTimedOut);
  EXPECT_EQ(TcpPublisher(pipeline.port(), "127.0.0.1", "127.0.0.2").connect({"live"}),
            "NetConnection.Connect.Success");
}

TEST(Element, SaysWhatIsNoNetwork) {
  TestPipeline pipeline("trusted-networks=\"10.0.0.0/8, 10.0.0.0/33\"");
  pipeline.play();
  const std::string error = pipeline.wait();
  EXPECT_NE(error.find("10.0.0.0/33"), std::string::npos) << error;
  EXPECT_NE(error.find("trusted-networks"), std::string::npos) << error;
}

TEST(Element, SaysWhatIsNoProxy) {
  for (const auto& [proxies, why] : {std::pair{"10.0.0.0/33", "10.0.0.0/33"}, {",", "there are none"}}) {
    TestPipeline pipeline("proxy-protocol=trusted trusted-proxies=\"" + std::string(proxies) + "\"");
    pipeline.play();
    const std::string error = pipeline.wait();
    EXPECT_NE(error.find(why), std::string::npos) << error;
    EXPECT_NE(error.find("trusted-proxies"), std::string::npos) << error;
  }
}

TEST(Element, NamesTheClientOfABalancer) {
  TestPipeline pipeline("proxy-protocol=trusted trusted-proxies=127.0.0.1");
  pipeline.play();
  TcpPublisher publisher(pipeline.port());
  const std::string header = "PROXY TCP4 192.0.2.7 192.0.2.8 4321 1935\r\n";
  ASSERT_TRUE(publisher.send_raw({reinterpret_cast<const std::uint8_t*>(header.data()), header.size()}));
  ASSERT_EQ(publisher.publish("live", "key"), "NetStream.Publish.Start");
  GstStructure* stats = nullptr;
  g_object_get(pipeline.src(), "stats", &stats, nullptr);
  EXPECT_STREQ(gst_structure_get_string(stats, "host"), "192.0.2.7");
  gint port = 0;
  EXPECT_TRUE(gst_structure_get_int(stats, "port", &port));
  EXPECT_EQ(port, 4321);
  gst_structure_free(stats);
}

TEST(Element, TellsTheFreePortThatItTook) {
  TestPipeline pipeline;
  std::vector<guint> notified;
  g_signal_connect(pipeline.src(), "notify::current-port",
                   G_CALLBACK(+[](GObject* object, GParamSpec*, std::vector<guint>* ports) {
                     guint port = 0;
                     g_object_get(object, "current-port", &port, nullptr);
                     ports->push_back(port);
                   }),
                   &notified);
  pipeline.play();
  const guint port = pipeline.port();
  EXPECT_NE(port, 0u);
  pipeline.stop();
  EXPECT_EQ(notified, (std::vector<guint>{port, 0}));
}

TEST(Element, SaysWhichAddressCouldNotBeBound) {
  // Another process would have it open like this.
  GObjectPtr<GSocketListener> listener(g_socket_listener_new());
  const guint16 port = g_socket_listener_add_any_inet_port(listener.get(), nullptr, nullptr);
  TestPipeline second("port=" + std::to_string(port));
  second.play();
  const std::string error = second.wait();
  EXPECT_NE(error.find(":" + std::to_string(port)), std::string::npos) << error;
  EXPECT_NE(error.find("Set port"), std::string::npos) << error;

  TestPipeline nowhere("host=192.0.2.1");
  nowhere.play();
  EXPECT_NE(nowhere.wait().find("192.0.2.1"), std::string::npos);
}

TEST(Element, PostsNothingForWhatAPeerDoes) {
  TestPipeline pipeline;
  pipeline.play();
  TcpPublisher garbage(pipeline.port());
  ASSERT_TRUE(garbage.handshake());
  ASSERT_TRUE(garbage.send_raw(std::vector<std::uint8_t>(5000, 0xFF)));
  EXPECT_NE(garbage.wait_for_end(), ErrorCode::kTimedOut);
  GstBus* bus = gst_element_get_bus(pipeline.pipeline());
  GstMessage* message = gst_bus_pop_filtered(
      bus, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_EOS));
  EXPECT_EQ(message, nullptr);
  gst_object_unref(bus);
}

}  // namespace
}  // namespace rtmp::test
