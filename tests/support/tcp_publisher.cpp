// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tcp_publisher.h"

#include <sys/socket.h>

#include "amf0_reader.h"
#include "amf0_writer.h"

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::uint32_t kStreamId = 1;

std::string code_in(const Message& message) {
  if (message.type != MessageType::kCommand) return {};
  AmfReader reader(message.body());
  while (!reader.at_end()) {
    auto value = reader.read();
    if (!value) break;
    if (const AmfValue* code = value->find("code")) return std::string(code->as_string());
  }
  return {};
}

}  // namespace

TcpPublisher::TcpPublisher(std::uint16_t port, const std::string& host) {
  GObjectPtr<GSocketAddress> address(g_inet_socket_address_new_from_string(host.c_str(), port));
  GObjectPtr<GSocket> socket(g_socket_new(g_socket_address_get_family(address.get()), G_SOCKET_TYPE_STREAM,
                                          G_SOCKET_PROTOCOL_TCP, nullptr));
  if (!socket || !g_socket_connect(socket.get(), address.get(), nullptr, nullptr)) return;
  socket_ = socket.get();
  stream_ = std::make_unique<GioStream>(std::move(socket), [] {});
  stream_->set_idle_timeout(kPatience);
  in_ = std::make_unique<ReadBuffer>(*stream_);
  reader_ = std::make_unique<ChunkReader>(*in_);
}

Result<void> TcpPublisher::handshake() {
  std::vector<std::uint8_t> packet(1 + 1536, 0);
  packet[0] = 3;
  if (auto sent = stream_->write(packet); !sent) return sent;
  if (auto answered = in_->ensure(1 + 2 * 1536); !answered) return answered;
  in_->skip(1 + 2 * 1536);
  return stream_->write(std::span(packet).subspan(1));
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

std::string TcpPublisher::publish(const std::string& app, const std::string& key) {
  if (!connected() || !handshake()) return {};
  if (!send_command("connect", 1, {AmfValue::object({{"app", AmfValue::string(app)}})})) return {};
  if (std::string code = next_status(); code != "NetConnection.Connect.Success") return code;
  if (!send_command("createStream", 2, {AmfValue::null()})) return {};
  if (!send_command("publish", 3, {AmfValue::null(), AmfValue::string(key), AmfValue::string("live")},
                    kStreamId))
    return {};
  return next_status();
}

Result<void> TcpPublisher::unpublish() {
  if (auto sent = send_command("FCUnpublish", 4, {AmfValue::null(), AmfValue::string("")}); !sent)
    return sent;
  return send_command("deleteStream", 5, {AmfValue::null(), AmfValue::number(kStreamId)});
}

std::string TcpPublisher::next_status() {
  for (;;) {
    auto message = reader_->read();
    if (!message) return {};
    if (std::string code = code_in(*message); !code.empty()) return code;
  }
}

ErrorCode TcpPublisher::wait_for_end() {
  for (;;) {
    auto message = reader_->read();
    if (!message) return message.error().code;
  }
}

void TcpPublisher::close() { stream_->close(); }

void TcpPublisher::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(g_socket_get_fd(socket_), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  stream_->close();
}

Result<void> TcpPublisher::write(const OutgoingMessage& message) {
  ByteWriter out;
  writer_.write(message, out);
  return stream_->write(out.bytes());
}

}  // namespace rtmp::test
