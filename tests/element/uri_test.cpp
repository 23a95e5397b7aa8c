// SPDX-License-Identifier: LGPL-2.1-or-later
// The element by its URI.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>

#include "branches.h"
#include "certificate_files.h"
#include "element_stats.h"
#include "gst_version.h"
#include "login.h"
#include "process.h"
#include "real_media.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

using namespace std::string_literals;

struct ObjectUnref {
  void operator()(GstElement* element) const {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
  }
};
using ElementPtr = std::unique_ptr<GstElement, ObjectUnref>;

struct Made {
  ElementPtr element;
  std::string error;  // its domain and message
};

std::string take(GError* error) {
  if (!error) return {};
  std::string text = g_quark_to_string(error->domain) + ": "s + error->message;
  g_error_free(error);
  return text;
}

Made make(const std::string& uri) {
  GError* error = nullptr;
  GstElement* element = gst_element_make_from_uri(GST_URI_SRC, uri.c_str(), nullptr, &error);
  if (element) gst_object_ref_sink(element);
  return {ElementPtr(element), take(error)};
}

std::string set(GstElement* element, const std::string& uri) {
  GError* error = nullptr;
  const bool good = gst_uri_handler_set_uri(GST_URI_HANDLER(element), uri.c_str(), &error);
  EXPECT_EQ(good, error == nullptr);
  return take(error);
}

std::string uri_of(GstElement* element) {
  gchar* uri = gst_uri_handler_get_uri(GST_URI_HANDLER(element));
  std::string text = uri ? uri : "NULL";
  g_free(uri);
  return text;
}

// "application=live port=1936": those of these that are not at their defaults.
std::string properties_of(GstElement* element) {
  std::string all;
  for (const char* name : {"host", "port", "application", "stream-key", "username", "takeover", "timeout",
                           "latency", "keep-listening"}) {
    GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name);
    GValue value = G_VALUE_INIT;
    g_object_get_property(G_OBJECT(element), name, &value);
    if (!g_param_value_defaults(spec, &value)) {
      gchar* text = G_VALUE_HOLDS_STRING(&value) ? g_value_dup_string(&value) : gst_value_serialize(&value);
      all += (all.empty() ? "" : " ") + std::string(name) + "=" + text;
      g_free(text);
    }
    g_value_unset(&value);
  }
  return all;
}

struct Good {
  const char* uri;
  const char* properties;
  const char* again;  // what get_uri() says; null: the same
};
void PrintTo(const Good& good, std::ostream* out) { *out << good.uri; }

class GoodUri : public testing::TestWithParam<Good> {};

TEST_P(GoodUri, SetsPropertiesAndComesBackWithoutSecrets) {
  const Good& good = GetParam();
  const auto [element, error] = make(good.uri);
  ASSERT_TRUE(element) << error;
  EXPECT_STREQ(gst_plugin_feature_get_name(gst_element_get_factory(element.get())), "rtmp2serverbin");
  EXPECT_EQ(properties_of(element.get()), good.properties);
  const std::string again = uri_of(element.get());
  EXPECT_EQ(again, good.again ? good.again : good.uri);
  // What comes back says the same, but for what is left out of it.
  EXPECT_EQ(set(element.get(), again), "");
  EXPECT_EQ(uri_of(element.get()), again);
}

INSTANTIATE_TEST_SUITE_P(
    All, GoodUri,
    testing::Values(
        Good{"rtmpserver://127.0.0.1:1936/live/cam1",
             "host=127.0.0.1 port=1936 application=live stream-key=cam1", nullptr},
        Good{"rtmpsserver://127.0.0.1:1936/live/cam1",
             "host=127.0.0.1 port=1936 application=live stream-key=cam1", nullptr},
        Good{"rtmpserver://localhost:1935/live", "host=localhost application=live", nullptr},
        Good{"rtmpserver://localhost/live/room/cam1", "host=localhost application=live/room stream-key=cam1",
             "rtmpserver://localhost:1935/live/room/cam1"},
        Good{"rtmpserver://localhost", "host=localhost", "rtmpserver://localhost:1935"},
        Good{"rtmpserver://localhost:2000/", "host=localhost port=2000", "rtmpserver://localhost:2000"},
        Good{"rtmpserver://[::1]:1936/live/cam1", "host=::1 port=1936 application=live stream-key=cam1",
             nullptr},
        Good{"rtmpserver://:1936/live", "port=1936 application=live", nullptr},
        Good{"rtmpserver://user:pass@127.0.0.1:1936/live/cam1",
             "host=127.0.0.1 port=1936 application=live stream-key=cam1 username=user",
             "rtmpserver://user@127.0.0.1:1936/live/cam1"},
        Good{"rtmpserver://us%40er:p%3Aa%2Fss@127.0.0.1:1936/live/cam1",
             "host=127.0.0.1 port=1936 application=live stream-key=cam1 username=us@er",
             "rtmpserver://us%40er@127.0.0.1:1936/live/cam1"},
        Good{"rtmpserver://us%3Ae%2540r:p%25@127.0.0.1:1936/live",
             "host=127.0.0.1 port=1936 application=live username=us:e%40r",
             "rtmpserver://us%3Ae%2540r@127.0.0.1:1936/live"},
        Good{"rtmpserver://127.0.0.1:0/live", "host=127.0.0.1 port=0 application=live", nullptr},
        Good{"RTMPSERVER:///live", "application=live", "rtmpserver://:1935/live"},
        Good{"rtmpserver://127.0.0.1:1936/live?takeover=refuse&stream-key=50%25%26",
             "host=127.0.0.1 port=1936 application=live stream-key=50%& takeover=refuse",
             "rtmpserver://127.0.0.1:1936/live/50%25&"},
        Good{"rtmpserver://127.0.0.1:1936/li%20ve/cam%3F1",
             "host=127.0.0.1 port=1936 application=li ve stream-key=cam?1", nullptr},
        Good{"rtmpserver://127.0.0.1:1936/live/"
             "cam1?keep-listening=true&latency=500&takeover=replace&timeout=7",
             "host=127.0.0.1 port=1936 application=live stream-key=cam1 takeover=replace timeout=7 "
             "latency=500 "
             "keep-listening=true",
             "rtmpserver://127.0.0.1:1936/live/cam1"},
        Good{"rtmpserver://127.0.0.1/live?stream-key=a/b&port=2000",
             "host=127.0.0.1 port=2000 application=live stream-key=a/b",
             "rtmpserver://127.0.0.1:2000/?application=live&stream-key=a%2Fb"},
        Good{"rtmpserver://:1935/?stream-key=%22NULL%22", "stream-key=\"NULL\"", nullptr},
        Good{"rtmpserver://[fe80::1%25eth0]:1936/live", "host=fe80::1%eth0 port=1936 application=live",
             nullptr},
        Good{"rtmpserver://127.0.0.1/live?host=[::1]", "host=::1 application=live",
             "rtmpserver://[::1]:1935/live"}));

// The element that is made from a URI that was read back takes the very same publishers.
TEST(Uri, ReadBackHasApplicationAndKeyWhateverTheyAre) {
  const char* const texts[] = {nullptr, "",      "k1",    "live", "live/x", "/live", "live/", "a//b",
                               ".",     "..",    "a b",   "50%",  "a&b=c",  "a?b",   "a#b",   "a+b",
                               "NULL",  "\"q\"", "'q'",   "/",    "//",     "ä",     ":",     "@",
                               "%2F",   "a%2fb", "a;b,c", "~",    "\\",     "[]",    "true",  "(string)x"};
  const ElementPtr from(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("rtmp2serversrc", nullptr))));
  const ElementPtr to(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("rtmp2serversrc", nullptr))));
  const auto text_of = [](GstElement* element, const char* property) {
    gchar* value = nullptr;
    g_object_get(element, property, &value, nullptr);
    const std::optional<std::string> text = value ? std::optional<std::string>(value) : std::nullopt;
    g_free(value);
    return text;
  };
  g_object_set(to.get(), "application", "before", "stream-key", "before", nullptr);
  for (const char* application : texts) {
    for (const char* key : texts) {
      g_object_set(from.get(), "application", application, "stream-key", key, nullptr);
      const std::string uri = uri_of(from.get());
      ASSERT_EQ(set(to.get(), uri), "") << uri;
      EXPECT_EQ(text_of(to.get(), "application"), text_of(from.get(), "application")) << uri;
      EXPECT_EQ(text_of(to.get(), "stream-key"), text_of(from.get(), "stream-key")) << uri;
      EXPECT_EQ(uri_of(to.get()), uri);
    }
  }
}

TEST(Uri, ReadBackHasHostAndUser) {
  const ElementPtr from(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("rtmp2serversrc", nullptr))));
  const ElementPtr to(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("rtmp2serversrc", nullptr))));
  for (const char* host : {"", "localhost", "127.0.0.1", "::1", "[::1]", "fe80::1%eth0", "[fe80::1%eth0]"}) {
    for (const char* user : {static_cast<const char*>(nullptr), "camera", "a:b", "a@b", "a/b?c#d", "50%"}) {
      g_object_set(from.get(), "host", host, "username", user, "application", "live", nullptr);
      const std::string uri = uri_of(from.get());
      ASSERT_EQ(set(to.get(), uri), "") << uri;
      EXPECT_EQ(properties_of(to.get()), properties_of(from.get())) << uri;
    }
  }
}

TEST(Uri, ReplacesWhatAnEarlierOneSet) {
  const auto [element, error] = make("rtmpserver://user:pass@127.0.0.1:1936/live/cam1");
  ASSERT_TRUE(element) << error;
  EXPECT_EQ(set(element.get(), "rtmpserver://localhost"), "");
  EXPECT_EQ(properties_of(element.get()), "host=localhost");
}

// The password, which cannot be read, by what a publisher finds.
TEST(Uri, SetsThePasswordThatPublishersLogInWith) {
  const struct {
    const char* uri;
    Credentials right;
  } cases[] = {
      {"rtmpserver://user:pass@127.0.0.1:0/live", {"user", "pass"}},
      {"rtmpserver://us%40er:p%3Aa%2Fss@127.0.0.1:0/live", {"us@er", "p:a/ss"}},
      {"rtmpserver://us%3Ae%2540r:p%25@127.0.0.1:0/live", {"us:e%40r", "p%"}},
      {"rtmpserver://user@127.0.0.1:0/live", {"user", ""}},  // and not that of the URI before
  };
  TestPipeline pipeline;
  for (const auto& [uri, right] : cases) {
    ASSERT_EQ(set(pipeline.src(), uri), "");
    pipeline.play();
    const std::string wrong = log_in_adobe(pipeline.port(), "live", {right.username, "wrong"});
    EXPECT_EQ(TcpPublisher(pipeline.port()).connect({wrong}), "NetConnection.Connect.Rejected") << uri;
    const std::string app = log_in_adobe(pipeline.port(), "live", right);
    EXPECT_EQ(TcpPublisher(pipeline.port()).connect({app}), "NetConnection.Connect.Success") << uri;
    pipeline.stop();
  }
}

TEST(Uri, ThatIsBadIsAnErrorThatSaysWhy) {
  const struct {
    const char* uri;
    const char* says;
  } cases[] = {
      {"rtmpserver://127.0.0.1:70000/live", "70000"},
      {"rtmpserver://127.0.0.1/live?no-such-property=1", "no-such-property"},
      {"rtmpserver://127.0.0.1/live?latency=soon", "latency"},
      {"rtmpserver://127.0.0.1/live?latency=99999999", "latency"},
      {"rtmpserver://127.0.0.1/live?timeout", "value"},
      {"rtmpserver://127.0.0.1/live?current-port=1", "current-port"},
      {"rtmpserver://us%zzer:secret@127.0.0.1/live", "%-encoding"},
  };
  for (const auto& [uri, says] : cases) {
    const auto [element, error] = make(uri);
    EXPECT_FALSE(element) << uri;
    EXPECT_TRUE(error.starts_with("gst-uri-error-quark: ")) << uri << " gives " << error;
    EXPECT_NE(error.find(says), std::string::npos) << uri << " gives " << error;
  }
}

TEST(Uri, OfAClientIsNotClaimed) {
  GstElement* element = gst_element_factory_make("rtmp2serversrc", nullptr);
  ElementPtr owner(GST_ELEMENT(gst_object_ref_sink(element)));
  const gchar* const* protocols = gst_uri_handler_get_protocols(GST_URI_HANDLER(element));
  EXPECT_EQ(g_strv_length(const_cast<gchar**>(protocols)), 2u);
  EXPECT_STREQ(protocols[0], "rtmpserver");
  EXPECT_STREQ(protocols[1], "rtmpsserver");
  EXPECT_NE(set(element, "rtmp://127.0.0.1/live"), "");
  EXPECT_NE(set(element, "file:///tmp/a"), "");
}

TEST(Uri, IsRefusedInPausedAndPlaying) {
  const auto [element, error] = make("rtmpserver://127.0.0.1?port=0");
  ASSERT_TRUE(element) << error;
  gst_element_set_state(element.get(), GST_STATE_READY);
  EXPECT_EQ(set(element.get(), "rtmpserver://127.0.0.1/live?port=0"), "");
  for (const GstState state : {GST_STATE_PAUSED, GST_STATE_PLAYING}) {
    gst_element_set_state(element.get(), state);
    const std::string refused = set(element.get(), "rtmpserver://127.0.0.1/other");
    EXPECT_NE(refused.find("READY"), std::string::npos) << refused;
    EXPECT_EQ(properties_of(element.get()), "host=127.0.0.1 port=0 application=live");
  }
}

// The error that the element posts when it starts.
std::string start_error(GstElement* element) {
  GstElement* pipeline = gst_pipeline_new(nullptr);
  GstElement* sink = gst_element_factory_make("fakesink", nullptr);
  gst_bin_add_many(GST_BIN(pipeline), element, sink, nullptr);
  gst_element_link(element, sink);
  EXPECT_EQ(gst_element_set_state(pipeline, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  const Told told = first_told(pipeline);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return told.what;
}

TEST(Uri, ThatAsksForTlsNeedsACertificate) {
  const auto [element, error] = make("rtmpsserver://127.0.0.1/live?port=0");
  ASSERT_TRUE(element) << error;
  const std::string told = start_error(element.get());
  EXPECT_NE(told.find("certificate-file"), std::string::npos) << told;

  const CertificateFiles files = make_certificate("uri");
  const auto secure = make("rtmpsserver://127.0.0.1/live?port=0&certificate-file=" + files.certificate +
                           "&private-key-file=" + files.key);
  ASSERT_TRUE(secure.element) << secure.error;
  EXPECT_EQ(gst_element_set_state(secure.element.get(), GST_STATE_PAUSED), GST_STATE_CHANGE_NO_PREROLL);
}

// As an application would play it: the port is known once the source listens.
class Player {
 public:
  Player() : pipeline_(gst_pipeline_new(nullptr)) {
    GstElement* bin = gst_element_factory_make("uridecodebin3", nullptr);
    g_object_set(bin, "uri", "rtmpserver://127.0.0.1/live/cam1?port=0", nullptr);
    g_signal_connect(bin, "source-setup", G_CALLBACK(+[](GstElement*, GstElement* source, Player* self) {
                       g_signal_connect(source, "notify::current-port", G_CALLBACK(listens), self);
                     }),
                     this);
    g_signal_connect(bin, "pad-added",
                     G_CALLBACK(+[](GstElement*, GstPad* pad, Player* self) { self->show(pad); }), this);
    gst_bin_add(GST_BIN(pipeline_), bin);
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  }
  ~Player() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
  }

  guint port() {
    auto port = port_.get_future();
    return port.wait_for(std::chrono::seconds(20)) == std::future_status::ready ? port.get() : 0;
  }

  std::string wait() { return first_told(pipeline_).what; }

  // How many frames came to sinks of "video" or "audio". A sink's own count begins anew with a second
  // segment.
  std::uint64_t shown(const char* kind) {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    return shown_.at(kind).frames.size();
  }

 private:
  static void listens(GObject* source, GParamSpec*, Player* self) {
    guint port = 0;
    g_object_get(source, "current-port", &port, nullptr);
    if (port != 0) self->port_.set_value(port);
  }

  void show(GstPad* pad) {
    GstCaps* caps = gst_pad_query_caps(pad, nullptr);
    const gchar* type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    const bool video = g_str_equal(type, "video/x-raw");
    EXPECT_TRUE(video || g_str_equal(type, "audio/x-raw")) << type;
    gst_caps_unref(caps);
    GstElement* sink = gst_element_factory_make("fakesink", video ? "video" : "audio");
    g_object_set(sink, "sync", FALSE, nullptr);
    gst_bin_add(GST_BIN(pipeline_), sink);
    gst_element_sync_state_with_parent(sink);
    GstPad* sink_pad = gst_element_get_static_pad(sink, "sink");
    record_arrivals(sink_pad, &shown_.at(video ? "video" : "audio"));
    EXPECT_EQ(gst_pad_link(pad, sink_pad), GST_PAD_LINK_OK);
    gst_object_unref(sink_pad);
  }

  GstElement* pipeline_;
  std::promise<guint> port_;
  std::map<std::string, SinkRecord> shown_{{"video", {}}, {"audio", {}}};
};

TEST(Uri, IsPlayedByUridecodebin3) {
  if (!gst_is_at_least(24))
    GTEST_SKIP() << "decodebin3 of 1.22 may remove the pad of the track that ends first, without EOS";
  const std::string media = real_media(2);
  const auto sent = packets(media);
  const auto video = static_cast<std::uint64_t>(
      std::ranges::count_if(sent, [](const std::string& line) { return line.starts_with("0,"); }));
  Player player;
  const guint port = player.port();
  ASSERT_NE(port, 0u);
  EXPECT_EQ(run({"ffmpeg", "-nostdin", "-loglevel", "error", "-i", media, "-c", "copy", "-f", "flv",
                 "rtmp://127.0.0.1:" + std::to_string(port) + "/live/cam1"}),
            "");
  EXPECT_EQ(player.wait(), "eos");
  EXPECT_EQ(player.shown("video"), video);
  EXPECT_GE(player.shown("audio"), sent.size() - video - 2);  // decoders swallow the first
}

}  // namespace
}  // namespace rtmp::test
