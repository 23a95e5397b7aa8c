// SPDX-License-Identifier: LGPL-2.1-or-later
// The handshake of TlsStream over real sockets, with GIO's client, with OpenSSL's, and with none of TLS.
#include <gtest/gtest.h>

#include "process.h"
#include "tls_connection.h"

namespace rtmp::test {
namespace {

TEST(TlsStream, KnowsWhatIsNoTls) {
  Bytes rtmp = pattern(1537);
  rtmp[0] = 3;
  struct Case {
    Bytes bytes;
    const char* detail;
    ErrorCode code = ErrorCode::kBadHandshake;
  };
  const Case cases[] = {
      {rtmp, "RTMP without TLS"},
      {text("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP", ErrorCode::kHttp},
      {text("POST /open/1 HTTP/1.1\r\n\r\n"), "HTTP", ErrorCode::kHttp},
      {text("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"), "PROXY"},
      {{22, 2, 0, 0, 9, 1}, "not TLS: the first byte is 22"},
      {{22, 3, 1, 0xFF, 0xFF}, "not TLS: the first byte is 22"},
  };
  for (const Case& it : cases) {
    Connected both;
    ASSERT_TRUE(both.client.send_raw(it.bytes));
    const auto served = both.server.handshake();
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code, it.code);
    EXPECT_NE(served.error().detail.find(it.detail), std::string::npos) << served.error().detail;
  }
}

TEST(TlsStream, KnowsWhatOnlyBeginsAsTls) {
  Connected both;
  ASSERT_TRUE(both.client.send_raw({22, 3, 1, 0, 8, 1, 0, 0, 4, 3, 3, 99, 99}));
  const auto served = both.server.handshake();
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code, ErrorCode::kBadHandshake);
  EXPECT_TRUE(served.error().detail.starts_with("TLS: ")) << served.error().detail;
}

TEST(TlsStream, TakesAClientHelloOfOneByteARecord) {
  Connected both;
  both.inner.spread_first_record = true;
  ASSERT_TRUE(both.handshake());
  EXPECT_FALSE(both.inner.spread_first_record);
  ASSERT_TRUE(both.client.send(text("to the server")));
  EXPECT_EQ(both.receive(13), text("to the server"));
}

TEST(TlsStream, TakesNoClientHelloThatIsTooLongOrHasRecordsOfNothing) {
  const Bytes start{22, 3, 1, 0, 4, 1, 1, 0, 0};  // of 65536 bytes
  const Bytes nothing{22, 3, 1, 0, 0};
  for (const Bytes& bytes : {start, nothing, Bytes{22, 3, 1, 0, 4, 2, 0, 0, 2}}) {
    Connected both;
    ASSERT_TRUE(both.client.send_raw(bytes));
    const auto served = both.server.handshake();
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code, ErrorCode::kBadHandshake);
  }
}

TEST(TlsStream, PassesOnThatTheClientStoppedBeforeItsHelloWasWhole) {
  Connected both;
  ASSERT_TRUE(both.client.send_raw({22, 3, 1, 2, 0, 1, 0}));
  both.inner.socket.set_deadline(GioStream::Clock::now() + std::chrono::seconds(1));
  const auto served = both.server.handshake();
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code, ErrorCode::kTimedOut);
}

TEST(TlsStream, PassesOnThatTheClientStoppedInTheMiddleOfTheHandshake) {
  for (const ErrorCode code : {ErrorCode::kTimedOut, ErrorCode::kReset, ErrorCode::kEndOfStream}) {
    Connected both;
    both.inner.read_error = {code, "as inner says"};
    both.inner.fail_after_writes = 1;  // the server has answered
    auto shaken = std::async(std::launch::async, [&] { return both.client.handshake(); });
    const auto served = both.server.handshake();
    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().code, code);
    EXPECT_EQ(served.error().detail, "as inner says");
    both.inner.socket.close();
    shaken.get();
  }
}

TEST(TlsStream, PassesOnThatTheClientDoesNotTakeTheAnswer) {
  Connected both;
  both.inner.write_error = {ErrorCode::kTimedOut, "as inner says"};
  auto shaken = std::async(std::launch::async, [&] { return both.client.handshake(); });
  const auto served = both.server.handshake();
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code, ErrorCode::kTimedOut);
  EXPECT_EQ(served.error().detail, "as inner says");
  both.inner.socket.close();
  shaken.get();
}

// What openssl s_client says with these options, when it is sent a line and sends one.
struct Dialogue {
  Result<void> handshake;
  std::string received;
  std::string printed;
};
Dialogue with_openssl(const std::string& options) {
  ListeningSocket listening;
  Process client({"sh", "-c",
                  "echo from the client | openssl s_client -quiet " + options +
                      " -connect 127.0.0.1:" + std::to_string(listening.port())});
  Dialogue dialogue;
  Inner inner(listening.accept());
  {
    TlsStream server(inner, certificate());
    dialogue.handshake = server.handshake();
    if (dialogue.handshake) {
      Bytes bytes(100);
      const auto got = server.read(bytes, {});
      if (got) dialogue.received.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*got));
      EXPECT_TRUE(server.write(text("from the server\n")));
      server.finish();
    }
  }
  inner.socket.close();
  dialogue.printed = client.wait();
  return dialogue;
}

TEST(TlsStream, SpeaksToOpenSsl) {
  // The first with the cipher list that the test below needs.
  for (const char* options : {"-tls1_2 -cipher ALL:@SECLEVEL=0", "-tls1_3", ""}) {
    const Dialogue dialogue = with_openssl(options);
    ASSERT_TRUE(dialogue.handshake) << dialogue.handshake.error().detail;
    EXPECT_EQ(dialogue.received, "from the client\n");
    EXPECT_NE(dialogue.printed.find("from the server\n"), std::string::npos) << dialogue.printed;
  }
}

TEST(TlsStream, EndsWhereTheClientWantsAnotherHandshake) {
  ListeningSocket listening;
  Process client(
      {"sh", "-c",
       "printf 'R\\n' | openssl s_client -tls1_2 -connect 127.0.0.1:" + std::to_string(listening.port())});
  Inner inner(listening.accept());
  TlsStream server(inner, certificate());
  ASSERT_TRUE(server.handshake());
  Bytes bytes(100);
  const auto got = server.read(bytes, {});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, ErrorCode::kBadHandshake);
  EXPECT_EQ(got.error().detail, "TLS: the client wants another handshake");
  inner.socket.close();
  const std::string printed = client.wait();
  EXPECT_NE(printed.find("RENEGOTIATING"), std::string::npos) << printed;
}

TEST(TlsStream, RefusesTls11) {
  const Dialogue dialogue = with_openssl("-tls1_1 -cipher ALL:@SECLEVEL=0");
  ASSERT_FALSE(dialogue.handshake);
  EXPECT_EQ(dialogue.handshake.error().code, ErrorCode::kBadHandshake);
  EXPECT_EQ(dialogue.handshake.error().detail, "TLS: a version before 1.2");
  EXPECT_NE(dialogue.printed.find("alert protocol version"), std::string::npos) << dialogue.printed;
}

}  // namespace
}  // namespace rtmp::test
