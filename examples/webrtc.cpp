// SPDX-License-Identifier: LGPL-2.1-or-later
// Passes a publisher on to WebRTC viewers, who may come first, and stay while an encoder goes and comes back.
//
// It takes H.264 and AAC alone. A track of another codec is left out, and told of. The picture is passed on
// as it is; the sound is encoded as Opus, once for all viewers.
//
// A viewer sends an SDP offer by HTTP, and gets an answer that has all candidates (as in WHEP). Each viewer
// has a webrtcbin with payloaders of its own, since the offer says which numbers the payloads have.
#include <glib-unix.h>
#include <gst/gst.h>
#define GST_USE_UNSTABLE_API  // of gst/webrtc in 1.22
#include <gst/webrtc/webrtc.h>
#include <libsoup/soup.h>

#include <csignal>
#include <cstring>
#include <map>
#include <string>

namespace {

constexpr std::size_t kMostViewers = 100;
constexpr goffset kLongestOffer = 100'000;
constexpr guint kPatience = 15;  // seconds within which a viewer must be connected

constexpr char kPage[] = R"(<!DOCTYPE html>
<video id="video" autoplay muted controls></video>
<script type="module">
const peer = new RTCPeerConnection(), stream = video.srcObject = new MediaStream();
peer.ontrack = (event) => stream.addTrack(event.track);
for (const kind of ["video", "audio"]) peer.addTransceiver(kind, {direction: "recvonly"});
await peer.setLocalDescription();
const answer = await fetch("/whep", {method: "POST", body: peer.localDescription.sdp,
                                     headers: {"Content-Type": "application/sdp"}});
await peer.setRemoteDescription({type: "answer", sdp: await answer.text()});
addEventListener("pagehide", () => fetch(answer.headers.get("Location"), {method: "DELETE", keepalive: true}));
</script>
)";

constexpr char kPipeline[] =
    "rtmp2serverbin name=server keep-listening=true "
    "h264parse name=video_0_0 ! tee name=video allow-not-linked=true "
    "queue name=audio_0_0 ! aacparse ! avdec_aac ! audioconvert ! audioresample ! "
    "audio/x-raw,rate=48000,channels=2 ! opusenc ! tee name=audio allow-not-linked=true";

struct Track {
  const char* tee;
  const char* encoding;  // in SDP
  const char* payloader;
};
constexpr Track kTracks[] = {{"video", "H264", "rtph264pay config-interval=-1 aggregate-mode=zero-latency"},
                             {"audio", "OPUS", "rtpopuspay"}};

struct Viewer {
  std::string path;
  GstElement* bin = nullptr;
  GstElement* webrtc = nullptr;
  SoupServerMessage* request = nullptr;  // until it is answered
  guint patience = 0;
};

GMainLoop* loop;
GstElement* pipeline;
int result = 0;
int number = 0;
std::map<std::string, Viewer> viewers;  // by path; used in the main thread alone

// The viewer's number for the payload, and its parameters, of a track of the offer; null if it takes none.
GstCaps* taken(const GstSDPMedia* media, const Track& track) {
  for (guint i = 0; i < gst_sdp_media_formats_len(media); ++i) {
    GstCaps* caps = gst_sdp_media_get_caps_from_media(media, std::atoi(gst_sdp_media_get_format(media, i)));
    if (!caps) continue;
    GstStructure* content = gst_caps_get_structure(caps, 0);
    const char* encoding = gst_structure_get_string(content, "encoding-name");
    const char* mode = gst_structure_get_string(content, "packetization-mode");
    gst_structure_set_name(content, "application/x-rtp");
    if (encoding && std::strcmp(encoding, track.encoding) == 0 &&
        (std::strcmp(track.tee, "audio") == 0 || (mode && std::strcmp(mode, "1") == 0)))
      return caps;
    gst_caps_unref(caps);
  }
  return nullptr;
}

// A webrtcbin with a branch for each track that the viewer takes. The payloads get the parameters of the
// offer: without them Chromium shows nothing of a publisher whose H.264 profile it has not offered. What the
// offer says stays out of the description, where it could name elements.
GstElement* new_branches(const GstSDPMessage* offer) {
  std::string description = "webrtcbin name=webrtc bundle-policy=max-bundle ";
  std::map<std::string, GstCaps*> offered;  // by the name of the element
  for (guint i = 0; i < gst_sdp_message_medias_len(offer); ++i) {
    const GstSDPMedia* media = gst_sdp_message_get_media(offer, i);
    for (const Track& track : kTracks) {
      const std::string tee = track.tee;
      if (gst_sdp_media_get_media(media) != tee || offered.count("caps_" + tee)) continue;
      GstCaps* caps = taken(media, track);
      if (!caps) continue;
      int payload = 0;
      gst_structure_get_int(gst_caps_get_structure(caps, 0), "payload", &payload);
      offered["caps_" + tee] = caps;
      description += "queue leaky=downstream name=queue_" + tee + " ! " + track.payloader +
                     " pt=" + std::to_string(payload) + " ! capssetter join=false name=caps_" + tee +
                     " ! webrtc.sink_" + std::to_string(i) + " ";
    }
  }
  GstElement* bin = gst_parse_bin_from_description(description.c_str(), FALSE, nullptr);
  for (const auto& [name, caps] : offered) {
    if (GstElement* setter = bin ? gst_bin_get_by_name(GST_BIN(bin), name.c_str()) : nullptr) {
      g_object_set(setter, "caps", caps, nullptr);
      gst_object_unref(setter);
    }
    gst_caps_unref(caps);
  }
  return bin;
}

// Links the branches of a viewer to the tees.
void link(GstElement* bin) {
  for (const Track& track : kTracks) {
    GstElement* queue = gst_bin_get_by_name(GST_BIN(bin), (std::string("queue_") + track.tee).c_str());
    if (!queue) continue;
    GstPad* entry = gst_element_get_static_pad(queue, "sink");
    GstPad* ghost = gst_ghost_pad_new(track.tee, entry);
    gst_pad_set_active(ghost, TRUE);
    gst_element_add_pad(bin, ghost);
    GstElement* tee = gst_bin_get_by_name(GST_BIN(pipeline), track.tee);
    GstPad* exit = gst_element_request_pad_simple(tee, "src_%u");
    gst_pad_link_full(exit, ghost, GST_PAD_LINK_CHECK_NOTHING);
    gst_object_unref(exit);
    gst_object_unref(tee);
    gst_object_unref(entry);
    gst_object_unref(queue);
  }
}

void answer(Viewer& viewer, guint status, const char* sdp = "") {
  if (!viewer.request) return;
  soup_server_message_set_status(viewer.request, status, nullptr);
  soup_message_headers_append(soup_server_message_get_response_headers(viewer.request), "Location",
                              viewer.path.c_str());
  soup_server_message_set_response(viewer.request, "application/sdp", SOUP_MEMORY_COPY, sdp,
                                   std::strlen(sdp));
  soup_server_message_unpause(viewer.request);
  g_clear_object(&viewer.request);
}

bool remove(const std::string& path) {
  const auto found = viewers.find(path);
  if (found == viewers.end()) return false;
  Viewer viewer = found->second;
  viewers.erase(found);
  answer(viewer, SOUP_STATUS_INTERNAL_SERVER_ERROR);
  if (viewer.patience) g_source_remove(viewer.patience);
  for (const Track& track : kTracks) {
    GstPad* entry = gst_element_get_static_pad(viewer.bin, track.tee);
    if (!entry) continue;
    GstPad* exit = gst_pad_get_peer(entry);
    GstElement* tee = gst_pad_get_parent_element(exit);
    gst_element_release_request_pad(tee, exit);
    gst_object_unref(tee);
    gst_object_unref(exit);
    gst_object_unref(entry);
  }
  gst_element_set_state(viewer.bin, GST_STATE_NULL);
  gst_bin_remove(GST_BIN(pipeline), viewer.bin);
  gst_object_unref(viewer.webrtc);
  g_print("viewer removed: %s\n", path.c_str());
  return true;
}

// In the main thread, where webrtcbin's thread has them called: its state is another one.
gboolean on_state(gpointer path) {
  const auto found = viewers.find(static_cast<const char*>(path));
  if (found == viewers.end()) return G_SOURCE_REMOVE;
  GstWebRTCICEGatheringState gathering;
  GstWebRTCPeerConnectionState connection;
  GstWebRTCSessionDescription* local = nullptr;
  g_object_get(found->second.webrtc, "ice-gathering-state", &gathering, "connection-state", &connection,
               "local-description", &local, nullptr);
  if (gathering == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE && local) {
    gchar* sdp = gst_sdp_message_as_text(local->sdp);
    answer(found->second, SOUP_STATUS_CREATED, sdp);
    g_free(sdp);
  }
  if (local) gst_webrtc_session_description_free(local);
  if (connection == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED ||
      connection == GST_WEBRTC_PEER_CONNECTION_STATE_CLOSED)
    remove(std::string(found->first));
  return G_SOURCE_REMOVE;
}

void on_notify(GstElement* webrtc) {
  gchar* path = g_strdup(static_cast<const char*>(g_object_get_data(G_OBJECT(webrtc), "path")));
  g_idle_add_full(G_PRIORITY_DEFAULT, on_state, path, g_free);
}

gboolean on_patience_over(gpointer path) {
  Viewer& viewer = viewers.at(static_cast<const char*>(path));
  viewer.patience = 0;
  GstWebRTCPeerConnectionState connection;
  g_object_get(viewer.webrtc, "connection-state", &connection, nullptr);
  if (connection != GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED) remove(std::string(viewer.path));
  return G_SOURCE_REMOVE;
}

// Webrtcbin's thread replies soon: it looks nothing up.
void negotiate(GstElement* webrtc, GstWebRTCSessionDescription* offer) {
  GstPromise* promise = gst_promise_new();
  g_signal_emit_by_name(webrtc, "set-remote-description", offer, promise);
  gst_promise_wait(promise);
  gst_promise_unref(promise);
  promise = gst_promise_new();
  g_signal_emit_by_name(webrtc, "create-answer", nullptr, promise);
  GstWebRTCSessionDescription* local = nullptr;
  if (gst_promise_wait(promise) == GST_PROMISE_RESULT_REPLIED)
    gst_structure_get(gst_promise_get_reply(promise), "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &local,
                      nullptr);
  gst_promise_unref(promise);
  if (!local) return;
  g_signal_emit_by_name(webrtc, "set-local-description", local, nullptr);
  gst_webrtc_session_description_free(local);
}

// Without this, libnice does not notice that a viewer has gone without a word.
void watch(GstElement* webrtc) {
  GObject* ice = nullptr;
  GObject* agent = nullptr;
  g_object_get(webrtc, "ice-agent", &ice, nullptr);
  g_object_get(ice, "agent", &agent, nullptr);
  g_object_set(agent, "keepalive-conncheck", TRUE, nullptr);
  g_object_unref(agent);
  g_object_unref(ice);
}

void add_viewer(SoupServerMessage* request) {
  SoupMessageBody* body = soup_server_message_get_request_body(request);
  GstSDPMessage* sdp = nullptr;
  if (viewers.size() >= kMostViewers) {
    soup_server_message_set_status(request, SOUP_STATUS_SERVICE_UNAVAILABLE, nullptr);
    return;
  }
  gst_sdp_message_new(&sdp);
  GstElement* bin = nullptr;
  if (body->length > 0 &&
      gst_sdp_message_parse_buffer(reinterpret_cast<const guint8*>(body->data),
                                   static_cast<guint>(body->length), sdp) == GST_SDP_OK &&
      gst_sdp_message_medias_len(sdp) > 0)
    bin = new_branches(sdp);
  if (!bin) {
    gst_sdp_message_free(sdp);
    soup_server_message_set_status(request, SOUP_STATUS_BAD_REQUEST, nullptr);
    return;
  }
  const std::string path = "/whep/" + std::to_string(number++);
  Viewer& viewer = viewers[path];
  viewer = {path, bin, gst_bin_get_by_name(GST_BIN(bin), "webrtc"),
            SOUP_SERVER_MESSAGE(g_object_ref(request)), 0};
  soup_server_message_pause(request);
  viewer.patience = g_timeout_add_seconds_full(G_PRIORITY_DEFAULT, kPatience, on_patience_over,
                                               g_strdup(path.c_str()), g_free);
  g_object_set_data_full(G_OBJECT(viewer.webrtc), "path", g_strdup(path.c_str()), g_free);
  g_signal_connect(viewer.webrtc, "notify::ice-gathering-state", G_CALLBACK(on_notify), nullptr);
  g_signal_connect(viewer.webrtc, "notify::connection-state", G_CALLBACK(on_notify), nullptr);
  watch(viewer.webrtc);
  gst_bin_add(GST_BIN(pipeline), bin);
  link(bin);
  gst_element_sync_state_with_parent(bin);
  GstWebRTCSessionDescription* offer = gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  negotiate(viewer.webrtc, offer);
  gst_webrtc_session_description_free(offer);
  g_print("viewer added: %s\n", path.c_str());
}

// Before the body of a request is read.
void on_headers(SoupServer*, SoupServerMessage* request, const char*, GHashTable*, gpointer) {
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(request);
  if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED ||
      soup_message_headers_get_content_length(headers) > kLongestOffer)
    soup_server_message_set_status(request, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, nullptr);
}

void on_request(SoupServer*, SoupServerMessage* request, const char* path, GHashTable*, gpointer) {
  const std::string method = soup_server_message_get_method(request);
  if (method == "POST" && std::strcmp(path, "/whep") == 0) {
    add_viewer(request);
  } else if (method == "GET" && std::strcmp(path, "/") == 0) {
    soup_server_message_set_status(request, SOUP_STATUS_OK, nullptr);
    soup_server_message_set_response(request, "text/html", SOUP_MEMORY_STATIC, kPage, sizeof kPage - 1);
  } else {
    const bool left = method == "DELETE" && remove(path);
    soup_server_message_set_status(request, left ? SOUP_STATUS_OK : SOUP_STATUS_NOT_FOUND, nullptr);
  }
}

void on_pad_added(GstElement*, GstPad* pad) {
  GstElement* branch = gst_bin_get_by_name(GST_BIN(pipeline), GST_PAD_NAME(pad));
  if (!branch) return;  // another track
  // A codec that is not taken now is left out, and the next publisher's may be taken.
  GstPad* entry = gst_element_get_static_pad(branch, "sink");
  gst_pad_link_full(pad, entry, GST_PAD_LINK_CHECK_NOTHING);
  gst_object_unref(entry);
  gst_object_unref(branch);
}

// An error of a viewer's ends that viewer.
void on_error(GstBus*, GstMessage* message) {
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  g_printerr("%s\n", error->message);
  g_error_free(error);
  for (const auto& [path, viewer] : viewers) {
    if (!gst_object_has_as_ancestor(GST_MESSAGE_SRC(message), GST_OBJECT(viewer.bin))) continue;
    remove(std::string(path));
    return;
  }
  result = 1;
  g_main_loop_quit(loop);
}

void on_element(GstBus*, GstMessage* message) {
  const GstStructure* content = gst_message_get_structure(message);
  if (!gst_structure_has_name(content, "track-left-out")) return;
  gchar* text = gst_structure_to_string(content);
  g_print("%s\n", text);
  g_free(text);
}

gboolean on_interrupt(gpointer) {
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}

int viewers_port(SoupServer* http) {
  GSList* uris = soup_server_get_uris(http);
  const int port = g_uri_get_port(static_cast<GUri*>(uris->data));
  g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
  return port;
}

}  // namespace

int main(int argc, char** argv) {
  gint port = 1935;
  gint http_port = 8080;
  const GOptionEntry options[] = {
      {"port", 0, 0, G_OPTION_ARG_INT, &port, "to listen on for publishers; 0: a free one", "PORT"},
      {"http-port", 0, 0, G_OPTION_ARG_INT, &http_port, "the same for viewers of http://localhost:PORT/",
       "PORT"},
      {}};
  GOptionContext* context = g_option_context_new("- passes a publisher on to WebRTC viewers");
  g_option_context_add_main_entries(context, options, nullptr);
  g_option_context_add_group(context, gst_init_get_option_group());
  GError* error = nullptr;
  SoupServer* http = nullptr;
  if (g_option_context_parse(context, &argc, &argv, &error)) {
    http = SOUP_SERVER(g_object_new(SOUP_TYPE_SERVER, nullptr));
    soup_server_add_early_handler(http, nullptr, on_headers, nullptr, nullptr);
    soup_server_add_handler(http, nullptr, on_request, nullptr, nullptr);
    if (soup_server_listen_all(http, static_cast<guint>(http_port), SoupServerListenOptions{}, &error))
      pipeline = gst_parse_launch(kPipeline, &error);
  }
  g_option_context_free(context);
  if (error) {
    g_printerr("%s\n", error->message);
    return 1;
  }
  loop = g_main_loop_new(nullptr, FALSE);
  GstElement* server = gst_bin_get_by_name(GST_BIN(pipeline), "server");
  g_object_set(server, "port", port, nullptr);
  g_signal_connect(server, "pad-added", G_CALLBACK(on_pad_added), nullptr);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_add_signal_watch(bus);
  g_signal_connect(bus, "message::error", G_CALLBACK(on_error), nullptr);
  g_signal_connect(bus, "message::element", G_CALLBACK(on_element), nullptr);
  g_unix_signal_add(SIGINT, on_interrupt, nullptr);
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
    guint current_port = 0;
    g_object_get(server, "current-port", &current_port, nullptr);
    g_print("viewers on port %d\nlistening on port %u\n", viewers_port(http), current_port);
  }
  g_main_loop_run(loop);
  while (!viewers.empty()) remove(std::string(viewers.begin()->first));
  soup_server_disconnect(http);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_bus_remove_signal_watch(bus);
  for (gpointer object : {static_cast<gpointer>(bus), static_cast<gpointer>(server),
                          static_cast<gpointer>(http), static_cast<gpointer>(pipeline)})
    g_object_unref(object);
  g_main_loop_unref(loop);
  return result;
}
