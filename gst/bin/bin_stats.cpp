// SPDX-License-Identifier: LGPL-2.1-or-later
// What the bin's `stats` say: of one publisher what its source says, of several the sums and each of them.
#include "branches.h"
#include "structure_fields.h"

namespace rtmp {
namespace {

GstStructure* stats_of(const Branch& branch) {
  GstStructure* stats = nullptr;
  g_object_get(branch.source(), "stats", &stats, nullptr);
  set_uint(stats, "number", branch.number());
  return stats;
}

bool publishes(const GstStructure* stats) {
  gboolean publishing = FALSE;
  gst_structure_get_boolean(stats, "publishing", &publishing);
  return publishing != FALSE;
}

}  // namespace

GstStructure* Branches::stats() const {
  if (const BranchPtr branch = only()) return stats_of(*branch);
  const auto branches = all();
  GstStructure* sums = totals_.to_structure();
  gst_structure_set_name(sums, "GstRtmp2ServerBinStats");
  gst_structure_remove_fields(sums, "queue-bytes", "queue-tags", "dropped-before-key-frame",
                              "dropped-end-of-sequence", "dropped-repeated-metadata", "clock-corrections",
                              "last-clock-correction", nullptr);
  GValue publishers = G_VALUE_INIT;
  gst_value_array_init(&publishers, static_cast<guint>(branches.size()));
  bool publishing = false;
  for (const BranchPtr& branch : branches) {
    GValue one = G_VALUE_INIT;
    g_value_init(&one, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&one, stats_of(*branch));
    publishing = publishing || publishes(gst_value_get_structure(&one));
    gst_value_array_append_and_take_value(&publishers, &one);
  }
  set_boolean(sums, "publishing", publishing);
  {
    std::lock_guard lock(mutex_);
    set_uint64(sums, "accepted", accepted_);
  }
  gst_structure_take_value(sums, "publishers", &publishers);
  return sums;
}

}  // namespace rtmp
