// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client_events.h"

#include <chrono>

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

std::string nick(GObject* src, gint reason) {
  GSignalQuery query;
  g_signal_query(g_signal_lookup("client-removed", G_OBJECT_TYPE(src)), &query);
  const GType type = query.param_types[query.n_params - 1];
  auto* values = static_cast<GEnumClass*>(g_type_class_ref(type));
  std::string text = g_enum_get_value(values, reason)->value_nick;
  g_type_class_unref(values);
  return text;
}

}  // namespace

ClientEvents::ClientEvents(GstElement* src) : src_(src) {
  g_signal_connect(src, "client-connecting",
                   G_CALLBACK(+[](GstElement*, GstStructure* client, ClientEvents* self) -> gboolean {
                     std::lock_guard lock(self->mutex_);
                     self->queries_.emplace_back(gst_structure_get_string(client, "query"));
                     return TRUE;
                   }),
                   this);
  g_signal_connect(src, "client-added",
                   G_CALLBACK(+[](GstElement*, GObject*, const gchar*, const gchar*, ClientEvents* self) {
                     std::lock_guard lock(self->mutex_);
                     ++self->added_;
                     self->changed_.notify_all();
                   }),
                   this);
  g_signal_connect(
      src, "client-removed",
      G_CALLBACK(+[](GObject* object, GObject*, const gchar*, const gchar*, gint reason, ClientEvents* self) {
        std::lock_guard lock(self->mutex_);
        self->removed_.push_back(nick(object, reason));
        self->changed_.notify_all();
      }),
      this);
}

ClientEvents::~ClientEvents() {
  gst_element_set_state(src_, GST_STATE_NULL);
  g_signal_handlers_disconnect_by_data(src_, this);
}

std::vector<std::string> ClientEvents::queries() const {
  std::lock_guard lock(mutex_);
  return queries_;
}

std::vector<std::string> ClientEvents::wait_removed(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return removed_.size() >= count; });
  return removed_;
}

bool ClientEvents::wait_added(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return added_ >= count; });
}

}  // namespace rtmp::test
