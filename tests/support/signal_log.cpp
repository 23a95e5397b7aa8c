// SPDX-License-Identifier: LGPL-2.1-or-later
#include "signal_log.h"

#include <algorithm>
#include <chrono>

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

std::string nick_of(GType type, int value) {
  auto* enumeration = static_cast<GEnumClass*>(g_type_class_ref(type));
  const GEnumValue* found = g_enum_get_value(enumeration, value);
  std::string nick = found ? found->value_nick : "?";
  g_type_class_unref(enumeration);
  return nick;
}

std::string to_text(GSocketAddress* address) {
  gchar* text = g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(address));
  std::string result = text;
  g_free(text);
  return result;
}

std::string reason_of(const GstStructure* client, const char* type_name) {
  const GType type = g_type_from_name(type_name);
  gint reason = -1;
  return gst_structure_get_enum(client, "reason", type, &reason) ? nick_of(type, reason) : "none";
}

SignalLog::SignalLog(GstElement* element, GstElement* pipeline)
    : element_(element), pipeline_(pipeline), bus_(gst_element_get_bus(pipeline)) {
  const auto connect = [&](const char* signal, auto told) {
    g_signal_connect(element, signal, G_CALLBACK(+told), this);
  };
  connect("client-added",
          [](GstElement*, GstStructure* client, SignalLog* self) { self->add(client, "added", ""); });
  connect("client-removed", [](GstElement*, GstStructure* client, SignalLog* self) {
    self->add(client, "removed", " " + reason_of(client, "GstRtmp2ServerEndReason"));
  });
  connect("client-rejected", [](GstElement*, GstStructure* client, SignalLog* self) {
    self->add(client, "rejected", " " + reason_of(client, "GstRtmp2ServerRejection"));
  });
  const GstBusSyncHandler keep = [](GstBus*, GstMessage* message, gpointer data) {
    auto* self = static_cast<SignalLog*>(data);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT &&
        GST_MESSAGE_SRC(message) == GST_OBJECT(self->element_)) {
      std::lock_guard lock(self->mutex_);
      self->messages_.emplace_back(gst_structure_copy(gst_message_get_structure(message)));
      self->changed_.notify_all();
    }
    return GST_BUS_PASS;
  };
  gst_bus_set_sync_handler(bus_, keep, this, nullptr);
}

SignalLog::~SignalLog() {
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_bus_set_sync_handler(bus_, nullptr, nullptr, nullptr);
  g_signal_handlers_disconnect_by_data(element_, this);
  gst_object_unref(bus_);
}

bool SignalLog::wait_for(const std::string& line) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return std::ranges::find(lines_, line) != lines_.end(); });
}

std::vector<StructurePtr> SignalLog::messages(const std::string& name) const {
  std::vector<StructurePtr> found;
  std::lock_guard lock(mutex_);
  for (const StructurePtr& message : messages_)
    if (gst_structure_has_name(message.get(), name.c_str()))
      found.emplace_back(gst_structure_copy(message.get()));
  return found;
}

StructurePtr SignalLog::wait_for_message(const std::string& name) {
  std::unique_lock lock(mutex_);
  const auto found = [&] {
    return std::ranges::find_if(messages_, [&](const StructurePtr& message) {
      return name == gst_structure_get_name(message.get());
    });
  };
  if (!changed_.wait_for(lock, kPatience, [&] { return found() != messages_.end(); })) return nullptr;
  return StructurePtr(gst_structure_copy(found()->get()));
}

std::vector<std::string> SignalLog::lines() const {
  std::lock_guard lock(mutex_);
  return lines_;
}

std::vector<std::string> SignalLog::addresses() const {
  std::lock_guard lock(mutex_);
  return addresses_;
}

std::vector<StructurePtr> SignalLog::clients() const {
  std::vector<StructurePtr> copies;
  std::lock_guard lock(mutex_);
  for (const StructurePtr& client : clients_) copies.emplace_back(gst_structure_copy(client.get()));
  return copies;
}

void SignalLog::add(const GstStructure* client, const std::string& event, const std::string& reason) {
  std::lock_guard lock(mutex_);
  lines_.push_back(event + " " + text(client, "application") + " " + text(client, "stream-key") + reason);
  addresses_.push_back(
      to_text(G_SOCKET_ADDRESS(g_value_get_object(gst_structure_get_value(client, "address")))));
  clients_.emplace_back(gst_structure_copy(client));
  changed_.notify_all();
}

}  // namespace rtmp::test
