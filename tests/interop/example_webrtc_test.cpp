// SPDX-License-Identifier: LGPL-2.1-or-later
// The example that passes a publisher on by WebRTC, with webrtcbin as the viewer.
#include <gtest/gtest.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>
#include <libsoup/soup.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "clients.h"
#include "eventually.h"
#include "example.h"
#include "glib_ptr.h"
#include "process.h"
#include "real_media.h"

namespace rtmp::test {
namespace {

using Words = std::vector<std::string>;

struct Answer {
  guint status = 0;
  std::string body, location;
};

Answer ask(const std::string& method, const std::string& url, const std::string& body = "") {
  const GObjectPtr<SoupSession> session(soup_session_new());
  const GObjectPtr<SoupMessage> request(soup_message_new(method.c_str(), url.c_str()));
  GBytes* bytes = g_bytes_new(body.data(), body.size());
  if (!body.empty()) soup_message_set_request_body_from_bytes(request.get(), "application/sdp", bytes);
  g_bytes_unref(bytes);
  Answer answer;
  if (GBytes* reply = soup_session_send_and_read(session.get(), request.get(), nullptr, nullptr)) {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(reply, &size));
    answer.body.assign(data ? data : "", size);
    g_bytes_unref(reply);
  }
  answer.status = soup_message_get_status(request.get());
  const char* location =
      soup_message_headers_get_one(soup_message_get_response_headers(request.get()), "Location");
  if (location) answer.location = location;
  return answer;
}

// What has come out of a decoder.
struct Decoded {
  std::atomic<int> buffers{0}, width{0}, loud{0};
};

// A webrtcbin that offers to receive, and decodes what it gets.
class Viewer {
 public:
  explicit Viewer(const std::string& url) : url_(url) {
    pipeline_ = gst_pipeline_new(nullptr);
    webrtc_ = gst_element_factory_make("webrtcbin", nullptr);
    gst_util_set_object_arg(G_OBJECT(webrtc_), "bundle-policy", "max-bundle");
    gst_bin_add(GST_BIN(pipeline_), GST_ELEMENT(gst_object_ref(webrtc_)));
    g_signal_connect(webrtc_, "pad-added", G_CALLBACK(on_pad_added), this);
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
    // Other numbers than webrtcbin's payloaders have by themselves, a profile that the publisher has not,
    // and a parameter that must not get into a description of elements.
    add("application/x-rtp,media=video,encoding-name=H264,clock-rate=90000,payload=102,"
        "packetization-mode=(string)1,profile-level-id=(string)42e01f,note=(string)\"a\\\" ! nothing "
        "name=\\\"b\"");
    add("application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,encoding-params=(string)2,"
        "payload=111");
    GstWebRTCSessionDescription* offer = nullptr;
    GstPromise* promise = gst_promise_new();
    g_signal_emit_by_name(webrtc_, "create-offer", nullptr, promise);
    gst_promise_wait(promise);
    gst_structure_get(gst_promise_get_reply(promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer,
                      nullptr);
    gst_promise_unref(promise);
    set("set-local-description", offer);
    // As browsers do that do not wait for their own candidates.
    gchar* text = gst_sdp_message_as_text(offer->sdp);
    gst_webrtc_session_description_free(offer);
    answer_ = ask("POST", url_ + "/whep", text);
    g_free(text);
    EXPECT_EQ(answer_.status, 201u);
    GstSDPMessage* sdp = nullptr;
    gst_sdp_message_new_from_text(answer_.body.c_str(), &sdp);
    if (!sdp) return;
    GstWebRTCSessionDescription* answer = gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
    set("set-remote-description", answer);
    gst_webrtc_session_description_free(answer);
  }
  ~Viewer() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(webrtc_);
    gst_object_unref(pipeline_);
  }
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  // Tells the server, as the page does.
  Answer leave() { return ask("DELETE", url_ + answer_.location); }
  [[nodiscard]] const std::string& location() const { return answer_.location; }

  Decoded video, audio;

 private:
  void add(const char* description) {
    GstCaps* caps = gst_caps_from_string(description);
    GstWebRTCRTPTransceiver* transceiver = nullptr;
    g_signal_emit_by_name(webrtc_, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps,
                          &transceiver);
    gst_object_unref(transceiver);
    gst_caps_unref(caps);
  }
  void set(const char* action, GstWebRTCSessionDescription* description) {
    GstPromise* promise = gst_promise_new();
    g_signal_emit_by_name(webrtc_, action, description, promise);
    gst_promise_wait(promise);
    gst_promise_unref(promise);
  }
  static void on_pad_added(GstElement*, GstPad* pad, Viewer* self) {
    if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
    GstCaps* caps = gst_pad_get_current_caps(pad);
    const bool is_video =
        std::string(gst_structure_get_string(gst_caps_get_structure(caps, 0), "media")) == "video";
    gst_caps_unref(caps);
    GstElement* branch = gst_parse_bin_from_description(
        is_video ? "rtph264depay ! h264parse ! avdec_h264 ! fakesink name=sink async=false sync=false "
                   "signal-handoffs=true"
                 : "rtpopusdepay ! opusdec ! audio/x-raw,format=S16LE ! fakesink name=sink async=false "
                   "sync=false signal-handoffs=true",
        TRUE, nullptr);
    GstElement* sink = gst_bin_get_by_name(GST_BIN(branch), "sink");
    g_signal_connect(sink, "handoff", G_CALLBACK(on_buffer), is_video ? &self->video : &self->audio);
    gst_object_unref(sink);
    gst_bin_add(GST_BIN(self->pipeline_), branch);
    gst_element_sync_state_with_parent(branch);
    GstPad* entry = gst_element_get_static_pad(branch, "sink");
    gst_pad_link(pad, entry);
    gst_object_unref(entry);
  }
  static void on_buffer(GstElement*, GstBuffer* buffer, GstPad* pad, Decoded* decoded) {
    GstCaps* caps = gst_pad_get_current_caps(pad);
    int width = 0;
    if (gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width)) {
      decoded->width = width;
    } else {
      GstMapInfo map;
      gst_buffer_map(buffer, &map, GST_MAP_READ);
      const auto* samples = reinterpret_cast<const gint16*>(map.data);
      if (std::any_of(samples, samples + map.size / 2, [](gint16 sample) { return sample > 1000; }))
        ++decoded->loud;
      gst_buffer_unmap(buffer, &map);
    }
    gst_caps_unref(caps);
    ++decoded->buffers;
  }

  const std::string url_;
  GstElement* pipeline_;
  GstElement* webrtc_;
  Answer answer_;
};

class WebRtc : public testing::Test {
 protected:
  WebRtc() : example_(Words{"--http-port", "0"}) {
    const std::string told = "viewers on port ";
    const std::string line = example_.program().line(told);
    if (!line.empty()) url_ = "http://127.0.0.1:" + line.substr(told.size());
  }
  Example example_;
  std::string url_;
};

TEST_F(WebRtc, ViewerWaitsForAPublisherAndStaysThroughItsReconnects) {
  Viewer viewer(url_);
  Process killed(ffmpeg_publish(real_media(10), example_.url(), true));
  EXPECT_TRUE(eventually([&] { return viewer.video.buffers > 30 && viewer.audio.loud > 30; }))
      << viewer.video.buffers << " " << viewer.audio.loud;
  EXPECT_EQ(viewer.video.width, 320);
  killed.kill();
  Process next(ffmpeg_publish(coloured("red", "160x120"), example_.url(), true));
  EXPECT_TRUE(eventually([&] { return viewer.video.width == 160; }));
  EXPECT_TRUE(example_.stop());
}

TEST_F(WebRtc, ViewerSeesAndHearsAPublisherGoOnThatStoodStill) {
  Viewer viewer(url_);
  Process publisher(publish_forever(real_media(10), example_.url()));
  EXPECT_TRUE(eventually([&] { return viewer.video.buffers > 60 && viewer.audio.loud > 60; }))
      << viewer.video.buffers << " " << viewer.audio.loud;
  publisher.signal(SIGSTOP);
  std::this_thread::sleep_for(std::chrono::seconds(10));  // the stall itself
  const int pictures = viewer.video.buffers, sounds = viewer.audio.loud;
  publisher.signal(SIGCONT);
  EXPECT_TRUE(eventually([&] {
    return viewer.video.buffers > pictures + 330 && viewer.audio.loud > sounds + 100;
  })) << pictures
      << " " << viewer.video.buffers << " " << sounds << " " << viewer.audio.loud;
  EXPECT_TRUE(example_.stop());
}

TEST_F(WebRtc, ViewersWhoLeaveAndVanishDisturbNoOther) {
  Process publisher(publish_forever(real_media(10), example_.url()));
  Viewer stays(url_);
  EXPECT_TRUE(eventually([&] { return stays.video.buffers > 10; }));
  {
    Viewer leaves(url_), vanishes(url_);
    EXPECT_TRUE(eventually([&] { return leaves.video.buffers > 10 && vanishes.video.buffers > 10; }));
    EXPECT_EQ(leaves.leave().status, 200u);
    EXPECT_EQ(leaves.leave().status, 404u);
  }
  const auto goes_on = [&] {
    const int pictures = stays.video.buffers, sounds = stays.audio.loud;
    return eventually([&] { return stays.video.buffers > pictures + 60 && stays.audio.loud > sounds + 60; });
  };
  EXPECT_TRUE(goes_on());
  // libnice gives a viewer up after 48 seconds or so.
  const auto removed = [&] { return example_.program().prints("viewer removed: ", 2); };
  EXPECT_TRUE(removed() || removed() || removed() || removed());
  EXPECT_TRUE(goes_on());
  EXPECT_TRUE(example_.stop());
}

TEST_F(WebRtc, SoundAloneIsHeard) {
  Process publisher(publish_forever(real_media(10), example_.url(), {"-vn"}));
  Viewer viewer(url_);
  EXPECT_TRUE(eventually([&] { return viewer.audio.loud > 60; }));
  EXPECT_EQ(viewer.video.buffers, 0);
  EXPECT_TRUE(example_.stop());
}

TEST_F(WebRtc, HevcIsLeftOutAndTheNextPublisherSeen) {
  Viewer viewer(url_);
  EXPECT_TRUE(publish(example_.port(), "key", hevc_messages(50)));
  EXPECT_NE(example_.program().line("track-left-out"), "") << example_.program().output();
  Process publisher(ffmpeg_publish(real_media(10), example_.url(), true));
  EXPECT_TRUE(eventually([&] { return viewer.video.buffers > 10; }));
  EXPECT_TRUE(example_.stop());
}

TEST_F(WebRtc, WhatIsNoOfferIsRefused) {
  EXPECT_NE(ask("GET", url_ + "/").body.find("RTCPeerConnection"), std::string::npos);
  EXPECT_EQ(ask("GET", url_ + "/other").status, 404u);
  EXPECT_EQ(ask("POST", url_ + "/whep").status, 400u);
  EXPECT_EQ(ask("POST", url_ + "/whep", "nothing").status, 400u);
  EXPECT_EQ(ask("POST", url_ + "/whep", std::string(200'000, 'v')).status, 413u);
  EXPECT_TRUE(example_.stop());
}

}  // namespace
}  // namespace rtmp::test
