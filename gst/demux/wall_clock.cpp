// SPDX-License-Identifier: LGPL-2.1-or-later
#include "wall_clock.h"

#include <string>

namespace rtmp {
namespace {

// "26-11-2026" and "10:52:12.345", which has milliseconds or none.
std::optional<GstClockTime> unix_time(const std::string& date, const std::string& time_of_day) {
  int day = 0, month = 0, year = 0, hour = 0, minute = 0;
  double second = 0;
  const auto number = [](const std::string& text, std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) {
      if (!g_ascii_isdigit(c)) return -1;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  if (date.size() != 10 || time_of_day.size() < 8) return std::nullopt;
  day = number(date, 0, 2);
  month = number(date, 3, 2);
  year = number(date, 6, 4);
  hour = number(time_of_day, 0, 2);
  minute = number(time_of_day, 3, 2);
  second = number(time_of_day, 6, 2);
  if (time_of_day.size() > 9) {
    const int milliseconds = time_of_day.size() == 12 ? number(time_of_day, 9, 3) : -1;
    if (milliseconds < 0) return std::nullopt;
    second += milliseconds / 1000.0;
  }
  GDateTime* moment = year > 0 && month > 0 && day > 0
                          ? g_date_time_new_utc(year, month, day, hour, minute, second)
                          : nullptr;
  if (!moment) return std::nullopt;
  const gint64 seconds = g_date_time_to_unix(moment);
  const gint microseconds = g_date_time_get_microsecond(moment);
  g_date_time_unref(moment);
  if (seconds < 0) return std::nullopt;
  return static_cast<GstClockTime>(seconds) * GST_SECOND +
         static_cast<GstClockTime>(microseconds) * GST_USECOND;
}

GstCaps* reference() {
  static GstCaps* const caps = [] {
    GstCaps* made = gst_caps_new_empty_simple("timestamp/x-unix");
    GST_MINI_OBJECT_FLAG_SET(made, GST_MINI_OBJECT_FLAG_MAY_BE_LEAKED);
    return made;
  }();
  return caps;
}

}  // namespace

void WallClock::see_frame_information(const AmfValue& information, GstClockTime time) {
  const AmfValue* date = information.find("sd");
  const AmfValue* time_of_day = information.find("st");
  if (!date || !time_of_day) return;
  if (const auto moment = unix_time(std::string(date->as_string()), std::string(time_of_day->as_string())))
    known_ = {*moment, time};
}

void WallClock::stamp(GstBuffer* frame, GstClockTime time) const {
  if (!known_) return;
  const auto later = static_cast<GstClockTimeDiff>(time) - static_cast<GstClockTimeDiff>(known_->time);
  if (later < 0 && static_cast<GstClockTime>(-later) > known_->unix_time) return;
  gst_buffer_add_reference_timestamp_meta(
      frame, reference(), known_->unix_time + static_cast<GstClockTime>(later), GST_CLOCK_TIME_NONE);
}

}  // namespace rtmp
