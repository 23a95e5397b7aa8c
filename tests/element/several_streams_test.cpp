// SPDX-License-Identifier: LGPL-2.1-or-later
// Elements of one process that share a port.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>

#include "certificate_files.h"
#include "media_fixture.h"
#include "tcp_publisher.h"
#include "test_pipeline.h"

namespace rtmp::test {
namespace {

constexpr const char* kStart = "NetStream.Publish.Start";
constexpr const char* kDenied = "NetStream.Publish.Denied";

std::string on_port(std::uint16_t port) { return " port=" + std::to_string(port); }

std::string path_of(GstElement* element) {
  gchar* path = gst_object_get_path_string(GST_OBJECT(element));
  std::string text = path;
  g_free(path);
  return text;
}

std::vector<Sent> video_of(std::size_t camera) { return made_up_stream(10, 100 * (camera + 1)); }

// Each goes on with what it is sent after the last buffer.
void send_more(TestPipeline& pipeline, TcpPublisher& publisher, std::size_t camera) {
  const auto sent = video_of(camera);
  const std::size_t before = std::max<std::size_t>(pipeline.pushed().size(), 1);
  ASSERT_TRUE(send_all(publisher, sent));
  ASSERT_TRUE(pipeline.wait_for_buffers(before + sent.size()));
}

using Order = std::array<std::size_t, 3>;

void start_and_stop(const Order& starts, const Order& stops) {
  std::array<std::unique_ptr<TestPipeline>, 3> pipelines;
  std::array<std::unique_ptr<TcpPublisher>, 3> publishers;
  std::uint16_t port = 0;
  for (const std::size_t camera : starts) {
    const std::string key = "cam" + std::to_string(camera);
    pipelines[camera] = std::make_unique<TestPipeline>("stream-key=" + key + on_port(port));
    pipelines[camera]->play();
    port = pipelines[camera]->port();
    ASSERT_NE(port, 0);
    publishers[camera] = std::make_unique<TcpPublisher>(port);
    ASSERT_EQ(publishers[camera]->publish("live", key), kStart);
    for (std::size_t other = 0; other < 3; ++other)
      if (publishers[other]) {
        ASSERT_NO_FATAL_FAILURE(send_more(*pipelines[other], *publishers[other], other));
      }
  }
  for (const std::size_t camera : stops) {
    publishers[camera].reset();
    EXPECT_EQ(pipelines[camera]->wait(), "eos");
    pipelines[camera]->stop();
    for (std::size_t other = 0; other < 3; ++other)
      if (publishers[other]) {
        ASSERT_NO_FATAL_FAILURE(send_more(*pipelines[other], *publishers[other], other));
      }
  }
  for (std::size_t camera = 0; camera < 3; ++camera) {
    std::string expected = flv_file_header();
    while (expected.size() < pipelines[camera]->bytes().size())
      expected += flv_file(video_of(camera)).substr(flv_file_header().size());
    EXPECT_TRUE(pipelines[camera]->bytes() == expected) << camera;
  }
  EXPECT_FALSE(TcpPublisher(port).connected());
}

TEST(SeveralStreams, StartAndStopInAnyOrder) {
  Order starts{0, 1, 2};
  do {
    Order stops{0, 1, 2};
    do {
      SCOPED_TRACE(testing::PrintToString(starts) + " " + testing::PrintToString(stops));
      ASSERT_NO_FATAL_FAILURE(start_and_stop(starts, stops));
    } while (std::ranges::next_permutation(stops).found);
  } while (std::ranges::next_permutation(starts).found);
}

TEST(SeveralStreams, StoppingOneTellsItsPublisherAndNoOther) {
  TestPipeline first("stream-key=cam1");
  first.play();
  TestPipeline second("stream-key=cam2" + on_port(first.port()));
  second.play();
  const std::uint16_t port = first.port();
  TcpPublisher to_first(port);
  TcpPublisher to_second(port);
  ASSERT_EQ(to_first.publish("live", "cam1"), kStart);
  ASSERT_EQ(to_second.publish("live", "cam2"), kStart);
  first.stop();  // which listened first
  EXPECT_EQ(to_first.next_status(), "NetConnection.Connect.AppShutdown");
  EXPECT_EQ(to_first.wait_for_end(), ErrorCode::kEndOfStream);
  ASSERT_NO_FATAL_FAILURE(send_more(second, to_second, 1));
  EXPECT_EQ(TcpPublisher(port).publish("live", "cam1"), kDenied);

  g_object_set(first.src(), "port", port, nullptr);
  first.play();
  EXPECT_EQ(TcpPublisher(port).publish("live", "cam1"), kStart);
}

TEST(SeveralStreams, OneWithoutAKeyTakesTheRest) {
  TestPipeline rest;
  rest.play();
  TestPipeline camera("stream-key=cam1" + on_port(rest.port()));
  camera.play();
  TcpPublisher to_rest(rest.port());
  ASSERT_EQ(to_rest.publish("live", "any"), kStart);
  TcpPublisher to_camera(rest.port());
  ASSERT_EQ(to_camera.publish("live", "cam1"), kStart);
  ASSERT_NO_FATAL_FAILURE(send_more(rest, to_rest, 0));
  ASSERT_NO_FATAL_FAILURE(send_more(camera, to_camera, 1));
  EXPECT_EQ(rest.bytes(), flv_file(video_of(0)));
  EXPECT_EQ(camera.bytes(), flv_file(video_of(1)));
}

TEST(SeveralStreams, ASecondClaimOfTheSameIsAnErrorThatSaysWhatToDo) {
  for (const std::string claim :
       {"", "stream-key=secret-key", "application=live", "application=live stream-key=secret-key"}) {
    SCOPED_TRACE(claim);
    TestPipeline first(claim);
    first.play();
    TcpPublisher publisher(first.port());
    ASSERT_EQ(publisher.publish("live", "secret-key"), kStart);
    TestPipeline second(claim + on_port(first.port()));
    second.play();
    const std::string error = second.wait();
    EXPECT_NE(error.find("Another element"), std::string::npos) << error;
    EXPECT_NE(error.find("Set stream-key or application"), std::string::npos) << error;
    EXPECT_EQ(error.find("secret-key"), std::string::npos) << error;
    ASSERT_NO_FATAL_FAILURE(send_more(first, publisher, 0));
    EXPECT_EQ(first.bytes(), flv_file(video_of(0)));
  }
}

TEST(SeveralStreams, TlsAndPlainDoNotShareAPort) {
  const CertificateFiles files = make_certificate("one");
  const CertificateFiles others = make_certificate("other");
  const auto with = [](const CertificateFiles& of) {
    return " certificate-file=" + of.certificate + " private-key-file=" + of.key;
  };
  const std::string kPlain;
  const struct {
    std::string first, second;
    bool good;
  } cases[] = {{kPlain, with(files), false},
               {with(files), kPlain, false},
               {with(files), with(others), false},
               {with(files), with(files), true}};
  for (const auto& [first_has, second_has, good] : cases) {
    SCOPED_TRACE(first_has + " and" + second_has);
    TestPipeline first("stream-key=cam1" + first_has);
    first.play();
    TestPipeline second("stream-key=cam2" + second_has + on_port(first.port()));
    second.play();
    if (good) {
      EXPECT_EQ(TcpPublisher::secure(first.port()).publish("live", "cam2"), kStart);
      continue;
    }
    const std::string error = second.wait();
    EXPECT_NE(error.find("differ in: certificate"), std::string::npos) << error;
    EXPECT_NE(error.find(std::to_string(first.port())), std::string::npos) << error;
    for (const TestPipeline* pipeline : {&first, &second})
      EXPECT_NE(error.find(path_of(pipeline->src())), std::string::npos) << error;
  }
}

TEST(SeveralStreams, ThatDifferInSettingsOfSecurityDoNotShareAPort) {
  const CertificateFiles files = make_certificate("one");
  const std::string tls = " certificate-file=" + files.certificate + " private-key-file=" + files.key;
  const std::string proxies = " proxy-protocol=trusted trusted-proxies=";
  const struct {
    std::string first, second, property;
  } cases[] = {{tls, tls + " tls-mode=optional", "tls-mode"},
               {tls, tls + " tls-ca-file=" + files.certificate, "tls-ca-file"},
               {"", proxies + "10.0.0.5", "proxy-protocol"},
               {proxies + "10.0.0.6", proxies + "10.0.0.5", "trusted-proxies"}};
  for (const auto& [first_has, second_has, property] : cases) {
    TestPipeline first("stream-key=cam1" + first_has);
    first.play();
    TestPipeline second("stream-key=cam2" + second_has + on_port(first.port()));
    second.play();
    const std::string error = second.wait();
    EXPECT_NE(error.find("differ in: " + property), std::string::npos) << error;
    for (const TestPipeline* pipeline : {&first, &second})
      EXPECT_NE(error.find(path_of(pipeline->src())), std::string::npos) << error;
  }
}

TEST(SeveralStreams, ABlockedSinkSlowsNoOther) {
  TestPipeline blocked("stream-key=cam1 max-queue-bytes=1000");
  blocked.block();
  blocked.play();
  TestPipeline other("stream-key=cam2" + on_port(blocked.port()));
  other.play();
  TcpPublisher to_blocked(blocked.port());
  ASSERT_EQ(to_blocked.publish("live", "cam1"), kStart);
  TcpPublisher to_other(blocked.port());
  ASSERT_EQ(to_other.publish("live", "cam2"), kStart);
  const auto held_up = made_up_stream(30);
  ASSERT_TRUE(send_all(to_blocked, held_up));
  ASSERT_TRUE(blocked.wait_blocked());
  const auto sent = made_up_stream(300, 20'000);
  ASSERT_TRUE(send_all(to_other, sent));
  ASSERT_TRUE(to_other.unpublish());  // to close with acknowledgements unread would reset the connection
  EXPECT_EQ(other.wait(), "eos");
  EXPECT_TRUE(other.bytes() == flv_file(sent));
  EXPECT_FALSE(blocked.pushed_eos());
  blocked.unblock();
  to_blocked.close();
  EXPECT_EQ(blocked.wait(), "eos");
  EXPECT_TRUE(blocked.bytes() == flv_file(held_up));
}

}  // namespace
}  // namespace rtmp::test
