// SPDX-License-Identifier: LGPL-2.1-or-later
#include "io_stream_adapter.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "endian.h"
#include "read_buffer.h"

namespace rtmp {
namespace {

constexpr std::size_t kRecordHeader = 5;  // its type, its version (2), and its length (2)
constexpr std::uint8_t kHandshakeRecord = 22;

}  // namespace

// The two stream objects share this. One thread uses it at a time: GIO takes care of that, even if another
// thread does the handshake.
struct IoStreamAdapter::State {
  explicit State(ByteStream& stream) : inner(stream), buffer(stream, kReadAhead) {}

  // Reads up to the end of a record, or of its header.
  Result<std::size_t> read(std::span<std::uint8_t> out) {
    if (failure) return *failure;
    if (auto some = buffer.ensure(1); !some) return failure.emplace(std::move(some).error());
    if (in_header == 0 && in_record == 0 && refuses_handshakes && *buffer.data() == kHandshakeRecord)
      return failure.emplace(Error{ErrorCode::kBadHandshake, "TLS: the client wants another handshake"});
    const std::size_t here = in_record > 0 ? in_record : kRecordHeader - in_header;
    const std::size_t n = std::min({out.size(), buffer.available(), here});
    std::memcpy(out.data(), buffer.data(), n);
    buffer.skip(n);
    if (in_record > 0) {
      in_record -= n;
    } else {
      std::copy_n(out.begin(), n, header.begin() + static_cast<std::ptrdiff_t>(in_header));
      in_header += n;
      if (in_header == kRecordHeader) {
        in_header = 0;
        in_record = load_be16(&header[3]);
      }
    }
    return n;
  }

  Result<void> write(std::span<const std::uint8_t> bytes) {
    if (!write_failure) {
      auto written = inner.write(bytes);
      if (written) return {};
      write_failure = std::move(written).error();  // a part of a record may be out, so nothing can follow it
    }
    return failure.emplace(*write_failure);
  }

  ByteStream& inner;
  ReadBuffer buffer;
  bool refuses_handshakes = false;
  // Where the next byte lies: so far in the header of a record, or so far before the end of the record.
  std::array<std::uint8_t, kRecordHeader> header{};
  std::size_t in_header = 0;
  std::size_t in_record = 0;
  std::optional<Error> failure;
  std::optional<Error> write_failure;
};

namespace {

using StatePtr = std::shared_ptr<IoStreamAdapter::State>;

gssize fail(const std::optional<Error>& failure, GError** error) {
  g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, failure->detail.c_str());
  return -1;
}

// GTlsConnection requires streams that can be polled. It polls none if all calls block, so these always say
// that they are ready.
GSource* always_ready(void* stream) {
  GSource* at_once = g_timeout_source_new(0);
  GSource* source = g_pollable_source_new_full(stream, at_once, nullptr);
  g_source_unref(at_once);
  return source;
}

void init_pollable_input(void* interface, void*) {
  auto* pollable = static_cast<GPollableInputStreamInterface*>(interface);
  pollable->is_readable = [](GPollableInputStream*) -> gboolean { return TRUE; };
  pollable->create_source = [](GPollableInputStream* self, GCancellable*) { return always_ready(self); };
}

void init_pollable_output(void* interface, void*) {
  auto* pollable = static_cast<GPollableOutputStreamInterface*>(interface);
  pollable->is_writable = [](GPollableOutputStream*) -> gboolean { return TRUE; };
  pollable->create_source = [](GPollableOutputStream* self, GCancellable*) { return always_ready(self); };
}

struct GstRtmp2ServerInputStream {
  GInputStream parent;
  StatePtr* state;
};
struct GstRtmp2ServerInputStreamClass {
  GInputStreamClass parent;
};
G_DEFINE_TYPE_WITH_CODE(GstRtmp2ServerInputStream, gst_rtmp2_server_input_stream, G_TYPE_INPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_INPUT_STREAM, init_pollable_input))

void gst_rtmp2_server_input_stream_init(GstRtmp2ServerInputStream*) {}

void gst_rtmp2_server_input_stream_finalize(GObject* object) {
  delete reinterpret_cast<GstRtmp2ServerInputStream*>(object)->state;
  G_OBJECT_CLASS(gst_rtmp2_server_input_stream_parent_class)->finalize(object);
}

gssize gst_rtmp2_server_input_stream_read(GInputStream* self, void* buffer, gsize count, GCancellable*,
                                          GError** error) {
  IoStreamAdapter::State& state = **reinterpret_cast<GstRtmp2ServerInputStream*>(self)->state;
  const auto got = state.read({static_cast<std::uint8_t*>(buffer), count});
  return got ? static_cast<gssize>(*got) : fail(state.failure, error);
}

void gst_rtmp2_server_input_stream_class_init(GstRtmp2ServerInputStreamClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = gst_rtmp2_server_input_stream_finalize;
  klass->parent.read_fn = gst_rtmp2_server_input_stream_read;
}

struct GstRtmp2ServerOutputStream {
  GOutputStream parent;
  StatePtr* state;
};
struct GstRtmp2ServerOutputStreamClass {
  GOutputStreamClass parent;
};
G_DEFINE_TYPE_WITH_CODE(GstRtmp2ServerOutputStream, gst_rtmp2_server_output_stream, G_TYPE_OUTPUT_STREAM,
                        G_IMPLEMENT_INTERFACE(G_TYPE_POLLABLE_OUTPUT_STREAM, init_pollable_output))

void gst_rtmp2_server_output_stream_init(GstRtmp2ServerOutputStream*) {}

void gst_rtmp2_server_output_stream_finalize(GObject* object) {
  delete reinterpret_cast<GstRtmp2ServerOutputStream*>(object)->state;
  G_OBJECT_CLASS(gst_rtmp2_server_output_stream_parent_class)->finalize(object);
}

gssize gst_rtmp2_server_output_stream_write(GOutputStream* self, const void* buffer, gsize count,
                                            GCancellable*, GError** error) {
  IoStreamAdapter::State& state = **reinterpret_cast<GstRtmp2ServerOutputStream*>(self)->state;
  const auto written = state.write({static_cast<const std::uint8_t*>(buffer), count});
  return written ? static_cast<gssize>(count) : fail(state.failure, error);
}

void gst_rtmp2_server_output_stream_class_init(GstRtmp2ServerOutputStreamClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = gst_rtmp2_server_output_stream_finalize;
  klass->parent.write_fn = gst_rtmp2_server_output_stream_write;
}

template <class T>
GObjectPtr<T> make(GType type, const StatePtr& state) {
  GObjectPtr<T> stream(static_cast<T*>(g_object_new(type, nullptr)));
  stream->state = new StatePtr(state);
  return stream;
}

}  // namespace

IoStreamAdapter::IoStreamAdapter(ByteStream& inner) : state_(std::make_shared<State>(inner)) {
  const auto input = make<GstRtmp2ServerInputStream>(gst_rtmp2_server_input_stream_get_type(), state_);
  const auto output = make<GstRtmp2ServerOutputStream>(gst_rtmp2_server_output_stream_get_type(), state_);
  stream_.reset(g_simple_io_stream_new(&input->parent, &output->parent));
}

IoStreamAdapter::~IoStreamAdapter() {
  state_->failure = {ErrorCode::kCancelled, "the stream is gone"};
  state_->write_failure = state_->failure;
}

Result<std::span<const std::uint8_t>> IoStreamAdapter::peek(std::size_t n) {
  if (auto enough = state_->buffer.ensure(n); !enough) return std::move(enough).error();
  return std::span(state_->buffer.data(), n);
}

void IoStreamAdapter::refuse_handshakes() { state_->refuses_handshakes = true; }

void IoStreamAdapter::clear_failure() { state_->failure.reset(); }

const std::optional<Error>& IoStreamAdapter::failure() const { return state_->failure; }

}  // namespace rtmp
