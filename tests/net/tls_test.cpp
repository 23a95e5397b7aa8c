// SPDX-License-Identifier: LGPL-2.1-or-later
// TlsStream over real sockets, with GIO's client and with OpenSSL's.
#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <thread>

#include "certificate_files.h"
#include "gio_stream.h"
#include "process.h"
#include "rtmp/tls_certificate.h"
#include "tls_client.h"
#include "tls_stream.h"

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{10};

GTlsCertificate* certificate() {
  static const TlsCertificate loaded = [] {
    const CertificateFiles files = make_certificate("server");
    return std::move(load_certificate(files.certificate, files.key)).value();
  }();
  return loaded.get();
}

Bytes text(const std::string& s) { return {s.begin(), s.end()}; }

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return bytes;
}

class ListeningSocket {
 public:
  ListeningSocket()
      : socket_(g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, nullptr)) {
    GObjectPtr<GSocketAddress> address(g_inet_socket_address_new_from_string("127.0.0.1", 0));
    g_socket_set_timeout(socket_.get(), static_cast<guint>(kPatience.count()));
    g_socket_bind(socket_.get(), address.get(), TRUE, nullptr);
    g_socket_listen(socket_.get(), nullptr);
  }
  [[nodiscard]] std::uint16_t port() const {
    GObjectPtr<GSocketAddress> address(g_socket_get_local_address(socket_.get(), nullptr));
    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get()));
  }
  GObjectPtr<GSocket> accept() {
    return GObjectPtr<GSocket>(g_socket_accept(socket_.get(), nullptr, nullptr));
  }

 private:
  GObjectPtr<GSocket> socket_;
};

// What TlsStream stands on: a socket, which can be told to fail, and counts.
class Inner final : public ByteStream {
 public:
  explicit Inner(GObjectPtr<GSocket> accepted) : socket(std::move(accepted), [this] { on_read(); }) {
    socket.set_idle_timeout(kPatience);
  }
  Result<std::size_t> read(std::span<std::uint8_t> first, std::span<std::uint8_t> second) override {
    ++reads;
    last_reader = std::this_thread::get_id();
    if (read_error && writes >= fail_after_writes) return *read_error;
    if (spread_first_record) return spread(first);
    return socket.read(first, second);
  }
  Result<void> write(std::span<const std::uint8_t> bytes) override {
    ++writes;
    if (write_error) return *write_error;
    return socket.write(bytes);
  }

  /// The first record that arrives, as if it had come as one of a byte each.
  Result<std::size_t> spread(std::span<std::uint8_t> out) {
    while (spread_bytes.empty()) {
      Bytes header(5);
      for (std::size_t got = 0; got < header.size(); ++got)
        if (auto some = socket.read(std::span(header).subspan(got, 1), {}); !some) return some;
      for (std::size_t left = header[3] * 256u + header[4]; left > 0; --left) {
        std::uint8_t byte = 0;
        if (auto some = socket.read({&byte, 1}, {}); !some) return some;
        for (const std::uint8_t b : {header[0], header[1], header[2], std::uint8_t{0}, std::uint8_t{1}, byte})
          spread_bytes.push_back(b);
      }
    }
    const std::size_t n = std::min(out.size(), spread_bytes.size() - spread_given);
    std::copy_n(spread_bytes.begin() + static_cast<std::ptrdiff_t>(spread_given), n, out.begin());
    spread_given += n;
    if (spread_given == spread_bytes.size()) spread_first_record = false;
    return n;
  }

  std::function<void()> on_read = [] {};  // the socket is about to wait
  bool spread_first_record = false;
  Bytes spread_bytes;
  std::size_t spread_given = 0;
  GioStream socket;
  int reads = 0;
  int writes = 0;
  int fail_after_writes = 0;
  std::optional<Error> read_error;
  std::optional<Error> write_error;
  std::thread::id last_reader;
};

// A connection, and both its sides.
struct Connected {
  Connected() : client(listening.port()), inner(listening.accept()), server(inner, certificate()) {}

  bool handshake() {
    auto shaken = std::async(std::launch::async, [this] { return client.handshake(); });
    const auto served = server.handshake();
    EXPECT_TRUE(served) << served.error().detail;
    return shaken.get() && served;
  }
  // What the server reads until there are n bytes, or it fails; the first reads get no more than `most`.
  Bytes receive(std::size_t n, std::size_t most = 1 << 20) {
    Bytes bytes(n);
    std::size_t got = 0;
    while (got < n) {
      const auto some = server.read(std::span(bytes).subspan(got, std::min(most, n - got)), {});
      if (!some) break;
      got += *some;
    }
    bytes.resize(got);
    return bytes;
  }
  Error read_error() {
    Bytes bytes(100);
    const auto got = server.read(bytes, {});
    return got ? Error{ErrorCode::kIo, "no error, but bytes"} : got.error();
  }

  ListeningSocket listening;
  TlsClient client;
  Inner inner;
  TlsStream server;
};

TEST(TlsStream, PassesBytesBothWays) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("to the server")));
  EXPECT_EQ(both.receive(13), text("to the server"));
  ASSERT_TRUE(both.server.write(text("to the client")));
  EXPECT_EQ(both.client.receive(13), text("to the client"));
}

TEST(TlsStream, PassesSingleBytes) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const Bytes bytes = pattern(300);
  for (const std::uint8_t byte : bytes) ASSERT_TRUE(both.client.send({byte}));
  EXPECT_EQ(both.receive(bytes.size()), bytes);
  for (const std::uint8_t byte : bytes) ASSERT_TRUE(both.server.write({&byte, 1}));
  EXPECT_EQ(both.client.receive(bytes.size()), bytes);
}

TEST(TlsStream, GivesARecordInAsManyPiecesAsItsReaderLikes) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const Bytes bytes = pattern(16 << 10);
  ASSERT_TRUE(both.client.send(bytes));
  EXPECT_EQ(both.receive(bytes.size(), 7), bytes);
}

TEST(TlsStream, PassesTenMegabytesEachWayInLargeWrites) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const Bytes bytes = pattern(10'000'000);
  auto sent = std::async(std::launch::async, [&] { return both.client.send(bytes); });
  EXPECT_TRUE(both.receive(bytes.size()) == bytes);
  EXPECT_TRUE(sent.get());
  auto received = std::async(std::launch::async, [&] { return both.client.receive(bytes.size()); });
  EXPECT_TRUE(both.server.write(bytes));
  EXPECT_TRUE(received.get() == bytes);
}

TEST(TlsStream, ReadsAndWritesInTheCallersThread) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("x")));
  EXPECT_EQ(both.receive(1), text("x"));
  EXPECT_EQ(both.inner.last_reader, std::this_thread::get_id());
}

TEST(TlsStream, TakesManyRecordsInOneRead) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(both.client.send(pattern(50)));
  const int before = both.inner.reads;
  EXPECT_EQ(both.receive(5000).size(), 5000u);
  EXPECT_LE(both.inner.reads - before, 100);  // a read for each header and each body would be 200
}

TEST(TlsStream, EndsWhenTheClientSaysSo) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("last")));
  both.client.close();
  EXPECT_EQ(both.receive(4), text("last"));
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
}

TEST(TlsStream, EndsWhenTheClientClosesWithoutAWord) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send(text("last")));
  both.client.drop();
  EXPECT_EQ(both.receive(4), text("last"));
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
}

TEST(TlsStream, EndsWhenTheClientClosesInTheMiddleOfARecord) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send_raw({23, 3, 3, 0, 50, 1, 2, 3}));
  both.client.drop();
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
}

TEST(TlsStream, FailsAtGarbageAfterTheHandshake) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send_raw(Bytes(100, 23)));
  const Error error = both.read_error();
  EXPECT_EQ(error.code, ErrorCode::kIo);
  EXPECT_TRUE(error.detail.starts_with("TLS: ")) << error.detail;
}

TEST(TlsStream, FailsAtARecordThatWasTamperedWith) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  Bytes record(5 + 40, 0);
  record[0] = 23, record[1] = 3, record[2] = 3, record[4] = 40;
  ASSERT_TRUE(both.client.send_raw(record));
  EXPECT_EQ(both.read_error().code, ErrorCode::kIo);
}

TEST(TlsStream, SaysThatItFinishesOnlyWhenTold) {
  Connected told;
  ASSERT_TRUE(told.handshake());
  told.server.finish();
  told.inner.socket.close();
  EXPECT_TRUE(told.client.told_of_the_end());

  Connected untold;
  ASSERT_TRUE(untold.handshake());
  untold.inner.socket.close();
  EXPECT_FALSE(untold.client.told_of_the_end());
}

TEST(TlsStream, WritesNothingWhenItIsDestroyed) {
  ListeningSocket listening;
  TlsClient client(listening.port());
  Inner inner(listening.accept());
  auto shaken = std::async(std::launch::async, [&] { return client.handshake(); });
  int writes = 0;
  {
    TlsStream server(inner, certificate());
    ASSERT_TRUE(server.handshake());
    ASSERT_TRUE(shaken.get());
    writes = inner.writes;
  }
  EXPECT_EQ(inner.writes, writes);
}

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

TEST(TlsStream, PassesOnThatAReadWasCancelled) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  std::promise<void> reading;
  both.inner.on_read = [&] { reading.set_value(); };
  auto error = std::async(std::launch::async, [&] { return both.read_error(); });
  reading.get_future().wait_for(kPatience);
  both.inner.socket.cancel();
  EXPECT_EQ(error.get().code, ErrorCode::kCancelled);
}

TEST(TlsStream, WritesAndReadsAfterAReadThatFailed) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  both.inner.read_error = {ErrorCode::kTimedOut, "interrupted"};
  for (int i = 0; i < 3; ++i) {
    const Error error = both.read_error();
    EXPECT_EQ(error.code, ErrorCode::kTimedOut);
    EXPECT_EQ(error.detail, "interrupted");
    ASSERT_TRUE(both.server.write(text("goodbye")));
    EXPECT_EQ(both.client.receive(7), text("goodbye"));
  }
  both.inner.read_error.reset();
  ASSERT_TRUE(both.client.send(text("still here")));
  EXPECT_EQ(both.receive(10), text("still here"));
}

TEST(TlsStream, WritesAfterAReadThatFailedInTheMiddleOfARecord) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  ASSERT_TRUE(both.client.send_raw({23, 3, 3, 0, 50, 1, 2, 3}));
  both.inner.socket.set_deadline(GioStream::Clock::now() + std::chrono::seconds(1));
  const int before = both.inner.reads;
  EXPECT_EQ(both.read_error().code, ErrorCode::kTimedOut);
  EXPECT_EQ(both.inner.reads - before, 2);  // it is not asked again once it has failed
  both.inner.socket.set_idle_timeout(kPatience);
  ASSERT_TRUE(both.server.write(text("goodbye")));
  EXPECT_EQ(both.client.receive(7), text("goodbye"));
}

TEST(TlsStream, WritesAfterTheClientHasEndedItsSide) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  both.inner.read_error = {ErrorCode::kEndOfStream, "closed"};
  EXPECT_EQ(both.read_error().code, ErrorCode::kEndOfStream);
  ASSERT_TRUE(both.server.write(text("goodbye")));
  EXPECT_EQ(both.client.receive(7), text("goodbye"));
}

TEST(TlsStream, WritesNothingAfterAWriteThatFailed) {
  Connected both;
  ASSERT_TRUE(both.handshake());
  const int before = both.inner.writes;
  both.inner.write_error = {ErrorCode::kReset, "as inner says"};
  EXPECT_EQ(both.server.write(text("lost")).error().detail, "as inner says");
  both.inner.write_error.reset();
  const auto again = both.server.write(text("lost, too"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kReset);
  both.server.finish();
  EXPECT_EQ(both.inner.writes, before + 1);
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
