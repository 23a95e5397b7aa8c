// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib-object.h>

#include <string>

#include "rtmp/server.h"

namespace rtmp {

/// What the element's properties hold. They are read when the element starts.
struct Settings {
  ServerConfig server;
  MountSpec mount;
  guint max_queue_bytes = 4 << 20;
  bool keep_listening = false;

  enum Property : guint {
    kHost = 1,
    kPort,
    kApplication,
    kStreamKey,
    kTimeout,
    kMaxQueueBytes,
    kKeepListening,
    kLoop,  // the same, under its old name
    kEnd,   // ids from here on are free
  };

  static void install(GObjectClass* object_class);
  /// False if `id` is no property of these.
  bool set(guint id, const GValue* value);
  bool get(guint id, GValue* value) const;
};

}  // namespace rtmp
