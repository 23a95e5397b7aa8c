// SPDX-License-Identifier: LGPL-2.1-or-later
#include "branches.h"

#include <algorithm>

#include "flow_errors.h"
#include "log_bridge.h"
#include "start_error.h"
#include "structure_fields.h"

namespace rtmp {

Branches::Branches(GstBin* bin) : bin_(bin), announcements_(GST_ELEMENT(bin), totals_) {}

Branches::~Branches() = default;

bool Branches::start(const Settings& settings, const BinSettings& bin_settings) {
  std::lock_guard admission(admission_);  // whoever comes at once waits until all is there
  {
    std::lock_guard lock(settings_mutex_);
    settings_ = settings;
  }
  totals_.starting();
  {
    std::lock_guard lock(mutex_);
    bin_settings_ = bin_settings;
    admits_ = true;
    ends_ = false;
    state_ = GST_STATE_PAUSED;
    accepted_ = 0;
  }
  if (several()) return open_entrance(settings);
  auto only = new_branch(0, settings);
  std::lock_guard lock(mutex_);
  branches_.push_back(std::move(only));
  return true;
}

bool Branches::open_entrance(const Settings& settings) {
  const auto fail = [&](const Error& error) {
    post_start_error(GST_ELEMENT(bin_), error);
    return false;
  };
  if (!can_start(GST_ELEMENT(bin_), settings)) return false;
  auto config = settings.server_config();
  if (!config) return fail(config.error());
  auto mount = settings.mount_spec(GST_OBJECT(bin_));
  if (!mount) return fail(mount.error());
  auto entrance = std::make_unique<Entrance>(
      announcements_, totals_, [this](const PublishRequest& request) { return admit(request); });
  if (auto opened = entrance->open(*config, *std::move(mount), source_logger()); !opened)
    return fail(opened.error());
  config->port = entrance->port();
  source_logger().log(LogLevel::kInfo, "listening on port " + std::to_string(config->port));
  {
    std::lock_guard lock(mutex_);
    port_ = config->port;
  }
  std::lock_guard lock(settings_mutex_);
  config_ = *std::move(config);
  entrance_ = std::move(entrance);
  entrance_->set_accepting(settings_.accepts());  // it may have been set meanwhile
  return true;
}

Branches::BranchPtr Branches::new_branch(guint number, const Settings& settings) {
  Branch::Owner& owner = *this;
  std::unique_lock lock(settings_mutex_);
  Branch::Setup setup{.bin = bin_,
                      .number = number,
                      .announcements = announcements_,
                      .settings = settings,
                      .hides_key = settings_.mount.stream_key.has_value(),
                      .config = config_};
  lock.unlock();
  return std::make_shared<Branch>(std::move(setup), owner);
}

void Branches::accepted() {
  std::lock_guard lock(mutex_);
  ++accepted_;
}

// A publisher of a name that is here goes to that branch: its takeover decides. One that finds no branch
// hears that it is busy.
bool Branches::admit(const PublishRequest& request) {
  std::lock_guard admission(admission_);
  const std::string name = branch_name(request.application, request.stream_key);
  Settings settings = current_settings();
  std::unique_lock lock(mutex_);
  if (!admits_) return false;
  if (has_branch_of(name) || ends_ || is_full(settings.mount.door.max_connections)) return true;
  const guint number = next_number_++;
  const GstState state = state_;
  lock.unlock();

  settings.mount.application = request.application;
  settings.mount.stream_key = request.stream_key;
  settings.keep_listening = false;
  const BranchPtr branch = new_branch(number, settings);
  lock.lock();
  branches_.push_back(branch);
  beginning_ = branch.get();
  lock.unlock();
  set_what_has_changed(*branch, settings);
  const bool started = branch->set_state(state);
  lock.lock();
  beginning_ = nullptr;
  if (started) return true;
  // Another element takes that very name, or one that has just ended still does: the publisher goes there.
  branches_.remove(branch);
  lock.unlock();
  branch->close();
  return true;
}

bool Branches::has_branch_of(const std::string& name) const {
  return std::ranges::any_of(branches_,
                             [&](const BranchPtr& b) { return !b->is_over() && b->name() == name; });
}

// Those whose stream has ended, but has not gone out yet, take no publisher's place, but memory.
bool Branches::is_full(std::size_t most) const {
  const std::size_t most_publishers = bin_settings_.max_publishers > 0 ? bin_settings_.max_publishers : most;
  const auto publishers = std::ranges::count_if(branches_, [](const BranchPtr& b) { return !b->is_over(); });
  return static_cast<std::size_t>(publishers) >= most_publishers || branches_.size() >= most;
}

void Branches::settle(GstState state) {
  {
    std::lock_guard lock(mutex_);
    state_ = state;
  }
  if (!several()) return;
  std::lock_guard admission(admission_);
  for (const BranchPtr& branch : all()) branch->set_state(state);
}

void Branches::leave() {
  {
    std::lock_guard lock(mutex_);
    admits_ = false;
    state_ = GST_STATE_READY;
    port_ = 0;
  }
  announcements_.stopping();
  for (const BranchPtr& branch : all()) branch->leave();
  std::unique_ptr<Entrance> entrance;
  {
    std::lock_guard lock(settings_mutex_);
    entrance = std::move(entrance_);
  }
  entrance.reset();  // waits for publishers that are being admitted
}

void Branches::stop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return finishing_ == 0; });
  const auto left = std::move(branches_);
  branches_.clear();
  lock.unlock();
  for (const BranchPtr& branch : left) {
    branch->close();
    branch->tell_removed();
  }
  std::lock_guard settings_lock(settings_mutex_);
  config_.reset();
}

void Branches::end() {
  {
    std::lock_guard lock(mutex_);
    ends_ = true;
  }
  for (const BranchPtr& branch : all()) branch->end();
}

// In the streaming thread of the branch, which has to be over before its elements can be taken away.
void Branches::drained(Branch& branch) {
  struct Finish {
    Branches* branches;
    BranchPtr branch;
  };
  std::unique_lock lock(mutex_);
  const auto found = std::ranges::find(branches_, &branch, &BranchPtr::get);
  if (found == branches_.end()) return;
  auto* finish = new Finish{this, *found};
  ++finishing_;
  lock.unlock();
  gst_element_call_async(
      GST_ELEMENT(bin_),
      [](GstElement*, gpointer data) {
        auto* with = static_cast<Finish*>(data);
        with->branches->finish(with->branch);
      },
      finish, [](gpointer data) { delete static_cast<Finish*>(data); });
}

void Branches::finish(const BranchPtr& branch) {
  branch->wait_for_eos();
  if (several()) {
    {
      std::lock_guard lock(mutex_);
      branches_.remove(branch);
    }
    branch->close();
  }
  branch->tell_removed();
  std::lock_guard lock(mutex_);
  --finishing_;
  changed_.notify_all();
}

void Branches::set_latency(guint ms) {
  {
    std::lock_guard lock(settings_mutex_);
    settings_.latency_ms = ms;
  }
  for (const BranchPtr& branch : all()) g_object_set(branch->source(), "latency", ms, nullptr);
}

// What is posted and notified here may come to handlers of the application, so no lock is held.
void Branches::set_certificate(const TlsCertificate& certificate) {
  std::shared_ptr<Server> server;
  {
    std::lock_guard lock(settings_mutex_);
    if (entrance_) server = entrance_->server();
  }
  if (server)
    renew_certificate(GST_ELEMENT(bin_), *server, certificate);
  else
    for (const BranchPtr& branch : all())
      g_object_set(branch->source(), "tls-certificate", certificate.get(), nullptr);
}

void Branches::set_accepting(bool accepting) {
  {
    std::lock_guard lock(settings_mutex_);
    settings_.accepting = accepting;
    if (entrance_) entrance_->set_accepting(settings_.accepts());
  }
  for (const BranchPtr& branch : all())
    g_object_set(branch->source(), "accepting", gboolean{accepting}, nullptr);
}

Settings Branches::current_settings() const {
  std::lock_guard lock(settings_mutex_);
  return settings_;
}

// Before the branch was among all, the setters did not know of it.
void Branches::set_what_has_changed(const Branch& branch, Settings has) {
  for (Settings now = current_settings(); now.latency_ms != has.latency_ms || now.accepting != has.accepting;
       now = current_settings()) {
    g_object_set(branch.source(), "latency", now.latency_ms, "accepting", gboolean{now.accepting}, nullptr);
    has = now;
  }
}

bool Branches::request_reconnect(const gchar* url) {
  bool any = false;
  for (const BranchPtr& branch : all()) any = rtmp::request_reconnect(branch->source(), url) || any;
  return any;
}

bool Branches::dismiss(guint number, Dismissal how) {
  const auto branches = all();
  const auto branch = std::ranges::find(branches, number, [](const BranchPtr& b) { return b->number(); });
  return branch != branches.end() && dismiss_publisher((*branch)->source(), how);
}

std::list<Branches::BranchPtr> Branches::all() const {
  std::lock_guard lock(mutex_);
  return branches_;
}

bool Branches::keeps(GstMessage* message) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) return false;
  BranchPtr failed;
  bool isolates = false;
  {
    std::lock_guard lock(mutex_);
    isolates = bin_settings_.isolate_errors;
    const auto found = std::ranges::find_if(
        branches_, [&](const BranchPtr& b) { return GST_OBJECT(b->source()) == GST_MESSAGE_SRC(message); });
    if (found == branches_.end()) return false;
    if (found->get() == beginning_) return true;
    failed = *found;
  }
  return replace_flow_error(GST_ELEMENT(bin_), message, failed->number(), isolates);
}

bool Branches::publishing() const {
  const auto branches = all();
  return std::ranges::any_of(branches, [](const BranchPtr& branch) {
    gboolean publishing = FALSE;
    g_object_get(branch->source(), "publishing", &publishing, nullptr);
    return publishing != FALSE;
  });
}

Branches::BranchPtr Branches::only() const {
  std::lock_guard lock(mutex_);
  return several() || branches_.empty() ? nullptr : branches_.front();
}

guint Branches::port() const {
  guint port = 0;
  if (const BranchPtr branch = only()) {
    g_object_get(branch->source(), "current-port", &port, nullptr);
  } else {
    std::lock_guard lock(mutex_);
    port = port_;
  }
  return port;
}

}  // namespace rtmp
