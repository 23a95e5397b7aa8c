// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amf0_value.h"
#include "chunk_reader.h"
#include "chunk_writer.h"
#include "gio_stream.h"
#include "read_buffer.h"
#include "rtmp/tag.h"

namespace rtmp::test {

/// An RTMP client on a real socket, for a server under test. Every wait fails after some seconds, so a server
/// that hangs fails its test. Steps that fail return an error, or "" for a status.
class TcpPublisher {
 public:
  /// Connects, from the address `source` if it is not empty. connected() says whether that succeeded.
  explicit TcpPublisher(std::uint16_t port, const std::string& host = "127.0.0.1",
                        const std::string& source = "");
  /// Uses a connection that exists. Its owner ends it.
  explicit TcpPublisher(std::unique_ptr<ByteStream> stream);
  /// Over TLS, trusting any server; without close() and reset().
  static TcpPublisher secure(std::uint16_t port);

  [[nodiscard]] bool connected() const { return stream_ != nullptr; }

  Result<void> handshake();
  Result<void> send_command(const std::string& name, double transaction,
                            const std::vector<AmfValue>& arguments, std::uint32_t stream_id = 0);
  Result<void> send_media(MessageType type, std::uint32_t timestamp, std::span<const std::uint8_t> body);
  Result<void> send_raw(std::span<const std::uint8_t> bytes);

  /// Handshake and connect. Returns the code of the answer.
  struct Connect {
    std::string app;
    std::string tc_url{};
    double caps_ex = 0;
    std::vector<AmfValue::Property> more{};
  };
  std::string connect(const Connect& with);
  /// createStream and publish, once it is connected, without waiting for anything; and the same with the code
  /// of the answer.
  Result<void> ask_to_publish(const std::string& key);
  std::string publish_key(const std::string& key);
  /// Does all of it. Returns the code of the status that ended it: "NetStream.Publish.Start", or that of the
  /// refusal.
  std::string publish(const std::string& app, const std::string& key,
                      const std::vector<AmfValue::Property>& more = {});
  /// FCUnpublish and deleteStream, as most encoders.
  Result<void> unpublish();

  /// Returns the code in the next _result, _error or onStatus that has one. "" once there are no more; then
  /// failure() says why.
  std::string next_status();
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// Returns another property of that reply as text. "not a text" for another type, "" if there is none.
  [[nodiscard]] std::string information(std::string_view property) const;
  [[nodiscard]] std::string description() const { return information("description"); }
  /// Blocks until the server has closed or reset its side. The code says which.
  ErrorCode wait_for_end();

  /// The descriptor of its socket.
  [[nodiscard]] int descriptor() const { return g_socket_get_fd(socket_); }
  /// From now on, its own connection fails once this time is over.
  void give(std::chrono::seconds time) { connection_->set_deadline(GioStream::Clock::now() + time); }
  /// How many bytes have been written.
  [[nodiscard]] std::size_t bytes_sent() const { return bytes_sent_; }

  /// Ends the connection that it has made, with a FIN or with a reset.
  void close();
  void reset();

 private:
  void use(std::unique_ptr<ByteStream> stream);
  std::string fail(const char* where, const Error& why);
  Result<void> write(const OutgoingMessage& message);

  std::unique_ptr<ByteStream> stream_;
  GioStream* connection_ = nullptr;  // the stream, if this made it
  GSocket* socket_ = nullptr;        // its own
  AmfValue information_{};
  std::string failure_;
  std::size_t bytes_sent_ = 0;
  std::unique_ptr<ReadBuffer> in_;
  std::unique_ptr<ChunkReader> reader_;
  ChunkWriter writer_;
};

}  // namespace rtmp::test
