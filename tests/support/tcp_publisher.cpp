// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tcp_publisher.h"

#include <sys/socket.h>

#include "amf0_reader.h"
#include "amf0_writer.h"
#include "tls_client.h"

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{15};  // a wrong secret may wait for ten
constexpr std::uint32_t kStreamId = 1;

// The object in a command that has a code.
AmfValue information_in(const Message& message) {
  if (message.type != MessageType::kCommand) return {};
  AmfReader reader(message.body());
  while (!reader.at_end()) {
    auto value = reader.read();
    if (!value) break;
    if (value->find("code")) return *std::move(value);
  }
  return {};
}

}  // namespace

TcpPublisher::TcpPublisher(std::uint16_t port, const std::string& host, const std::string& source) {
  GObjectPtr<GSocketAddress> address(g_inet_socket_address_new_from_string(host.c_str(), port));
  GObjectPtr<GSocket> socket(g_socket_new(g_socket_address_get_family(address.get()), G_SOCKET_TYPE_STREAM,
                                          G_SOCKET_PROTOCOL_TCP, nullptr));
  if (!socket) return;
  if (!source.empty()) {
    GObjectPtr<GSocketAddress> own(g_inet_socket_address_new_from_string(source.c_str(), 0));
    if (!g_socket_bind(socket.get(), own.get(), FALSE, nullptr)) return;
  }
  if (!g_socket_connect(socket.get(), address.get(), nullptr, nullptr)) return;
  socket_ = socket.get();
  auto stream = std::make_unique<GioStream>(
      std::move(socket), [] {}, kPatience);
  stream->set_idle_timeout(kPatience);
  connection_ = stream.get();
  use(std::move(stream));
}

TcpPublisher::TcpPublisher(std::unique_ptr<ByteStream> stream) { use(std::move(stream)); }

TcpPublisher TcpPublisher::secure(std::uint16_t port) {
  auto client = std::make_unique<TlsClient>(port);
  client->handshake();  // if it fails, so does what follows
  return TcpPublisher(std::move(client));
}

void TcpPublisher::use(std::unique_ptr<ByteStream> stream) {
  stream_ = std::move(stream);
  in_ = std::make_unique<ReadBuffer>(*stream_);
  reader_ = std::make_unique<ChunkReader>(*in_);
}

Result<void> TcpPublisher::handshake() {
  std::vector<std::uint8_t> packet(1 + 1536, 0);
  packet[0] = 3;
  if (auto sent = send_raw(packet); !sent) return sent;
  if (auto answered = in_->ensure(1 + 2 * 1536); !answered) return answered;
  in_->skip(1 + 2 * 1536);
  return send_raw(std::span(packet).subspan(1));
}

Result<void> TcpPublisher::send_command(const std::string& name, double transaction,
                                        const std::vector<AmfValue>& arguments, std::uint32_t stream_id) {
  AmfWriter amf;
  amf.string(name).number(transaction);
  for (const AmfValue& argument : arguments) amf.write(argument);
  return write(
      {.chunk_stream = 3, .type = MessageType::kCommand, .stream_id = stream_id, .body = amf.bytes()});
}

Result<void> TcpPublisher::send_media(MessageType type, std::uint32_t timestamp,
                                      std::span<const std::uint8_t> body) {
  return write(
      {.chunk_stream = 6, .type = type, .stream_id = kStreamId, .timestamp = timestamp, .body = body});
}

std::string TcpPublisher::connect(const Connect& with) {
  if (!connected()) return fail("connection", {ErrorCode::kIo, "there is none"});
  if (auto greeted = handshake(); !greeted) return fail("handshake", greeted.error());
  std::vector<AmfValue::Property> properties{{"app", AmfValue::string(with.app)}};
  if (!with.tc_url.empty()) properties.emplace_back("tcUrl", AmfValue::string(with.tc_url));
  properties.insert(properties.end(), with.more.begin(), with.more.end());
  if (with.caps_ex != 0) properties.emplace_back("capsEx", AmfValue::number(with.caps_ex));
  auto sent = send_command("connect", 1, {AmfValue::object(std::move(properties))});
  return sent ? next_status() : fail("connect", sent.error());
}

Result<void> TcpPublisher::ask_to_publish(const std::string& key) {
  if (auto sent = send_command("createStream", 2, {AmfValue::null()}); !sent) return sent;
  return send_command("publish", 3, {AmfValue::null(), AmfValue::string(key), AmfValue::string("live")},
                      kStreamId);
}

Result<void> TcpPublisher::send_raw(std::span<const std::uint8_t> bytes) {
  auto written = stream_->write(bytes);
  if (written) bytes_sent_ += bytes.size();
  return written;
}

std::string TcpPublisher::publish_key(const std::string& key) {
  auto sent = ask_to_publish(key);
  return sent ? next_status() : fail("publish", sent.error());
}

std::string TcpPublisher::publish(const std::string& app, const std::string& key,
                                  const std::vector<AmfValue::Property>& more) {
  if (std::string code = connect({.app = app, .more = more}); code != "NetConnection.Connect.Success")
    return code;
  return publish_key(key);
}

Result<void> TcpPublisher::unpublish() {
  if (auto sent = send_command("FCUnpublish", 4, {AmfValue::null(), AmfValue::string("")}); !sent)
    return sent;
  return send_command("deleteStream", 5, {AmfValue::null(), AmfValue::number(kStreamId)});
}

std::string TcpPublisher::next_status() {
  for (;;) {
    auto message = reader_->read();
    if (!message) return fail("answer", message.error());
    information_ = information_in(*message);
    if (std::string code = information("code"); !code.empty()) return code;
  }
}

std::string TcpPublisher::fail(const char* where, const Error& why) {
  failure_ = std::string(where) + ": " + why.detail;
  return {};
}

std::string TcpPublisher::information(std::string_view property) const {
  const AmfValue* value = information_.find(property);
  return value ? std::string(value->as_string("not a text")) : std::string();
}

ErrorCode TcpPublisher::wait_for_end() {
  for (;;) {
    auto message = reader_->read();
    if (!message) return message.error().code;
  }
}

void TcpPublisher::close() { connection_->close(); }

void TcpPublisher::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(g_socket_get_fd(socket_), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  connection_->close();
}

Result<void> TcpPublisher::write(const OutgoingMessage& message) {
  ByteWriter out;
  writer_.write(message, out);
  return send_raw(out.bytes());
}

}  // namespace rtmp::test
