// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client_events.h"

#include <chrono>

#include "signal_log.h"

namespace rtmp::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

}  // namespace

ClientEvents::ClientEvents(GstElement* src) : src_(src) {
  g_signal_connect(src, "client-connecting",
                   G_CALLBACK(+[](GstElement*, GstStructure* client, ClientEvents* self) -> gboolean {
                     std::lock_guard lock(self->mutex_);
                     self->queries_.emplace_back(gst_structure_get_string(client, "query"));
                     return TRUE;
                   }),
                   this);
  g_signal_connect(src, "client-added", G_CALLBACK(+[](GstElement*, GstStructure*, ClientEvents* self) {
                     std::lock_guard lock(self->mutex_);
                     ++self->added_;
                     self->changed_.notify_all();
                   }),
                   this);
  g_signal_connect(src, "client-removed",
                   G_CALLBACK(+[](GstElement*, GstStructure* client, ClientEvents* self) {
                     std::lock_guard lock(self->mutex_);
                     self->removed_.push_back(reason_of(client, "GstRtmp2ServerEndReason"));
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
