// SPDX-License-Identifier: LGPL-2.1-or-later
// How a publisher gets its place in a mount, and what happens to the publisher that has it.
#include <algorithm>

#include "mount_table.h"
#include "rtmp/limits.h"

namespace rtmp {

/// The question of a newcomer whether the publisher in place is alive.
struct MountTable::Question {
  const std::uint64_t publishers;  // how many had ended when the newcomer came: it asks about one publisher
  bool asked = false;              // it has asked, at the time `at`
  Publisher::Clock::time_point at{};
  Publisher::Clock::time_point news{};  // what arrives before may have been on its way when it asked
};

/// What a newcomer does next.
struct MountTable::Step {
  enum class What { kEnters, kIsBusy, kIsLate, kWaits } what;
  Publisher::Clock::time_point until = Publisher::Clock::time_point::max();
};

std::optional<Rejection> MountTable::enter(Mount& mount, const PublishRequest& request,
                                           Publisher& publisher) {
  const auto patience = Publisher::Clock::now() + limits::kEntryPatience;
  std::unique_lock lock(mutex_);
  const auto place = mount.newcomers.insert(mount.newcomers.end(), &publisher);
  Question question{.publishers = mount.publishers};
  Step next = step(mount, request, question);
  while (next.what == Step::What::kWaits) {
    lock.unlock();
    const auto woken = publisher.wait(std::min(next.until, patience));
    lock.lock();
    next = woken == Publisher::Woken::kGone ? Step{Step::What::kIsBusy} : step(mount, request, question);
    if (next.what == Step::What::kWaits && Publisher::Clock::now() >= patience)
      next.what = Step::What::kIsBusy;
  }
  mount.newcomers.erase(place);
  stop_asking(mount, question);
  if (next.what == Step::What::kIsBusy) return Rejection::kBusy;
  if (next.what == Step::What::kIsLate) return Rejection::kDraining;
  mount.publisher = &publisher;
  mount.request = request;
  mount.entered = Publisher::Clock::now();
  return std::nullopt;
}

MountTable::Step MountTable::step(Mount& mount, const PublishRequest& request, Question& question) {
  if (mount.released || mount.finished) return {Step::What::kIsBusy};
  if (mount.spec.accepting != Accepting::kYes) return {Step::What::kIsLate};
  if (!mount.publisher) return {mount.delegate->has_room() ? Step::What::kEnters : Step::What::kWaits};
  if (mount.ending || mount.replaced) return {Step::What::kWaits};
  const bool same =
      request.application == mount.request.application && request.stream_key == mount.request.stream_key;
  if (!same || mount.spec.takeover == Takeover::kRefuse) return {Step::What::kIsBusy};
  if (mount.spec.takeover == Takeover::kStale) {
    const Step next = ask(mount, question);
    if (next.what != Step::What::kEnters) return next;
  }
  if (!mount.delegate->has_room()) return {Step::What::kWaits};
  mount.replaced = true;
  mount.publisher->end(ErrorCode::kReplaced);
  mount.delegate->set_ahead(Ahead::kAll);
  return {Step::What::kWaits};
}

// Decides whether the publisher in place may be replaced because it is silent. Returns kEnters if so.
MountTable::Step MountTable::ask(Mount& mount, Question& question) {
  // Another newcomer has got the place.
  if (mount.publishers != question.publishers) return {Step::What::kIsBusy};
  const auto now = Publisher::Clock::now();
  const auto [sign, held_up] = mount.publisher->life();
  const auto last = std::max(sign, mount.entered);
  if (!question.asked) {
    question.asked = true;
    question.at = now;
    question.news = now + (held_up ? limits::kBacklogTime : limits::kOnItsWay);
    if (mount.questions++ == 0) {
      mount.publisher->set_contested(true);
      mount.delegate->set_ahead(Ahead::kMore);
    }
  }
  if (last > question.news) return {Step::What::kIsBusy};
  if (!held_up && now - last >= limits::kStaleAfter) return {Step::What::kEnters};
  const auto decision = question.at + limits::kStaleAfter;
  if (!held_up) return {Step::What::kWaits, last + limits::kStaleAfter};
  if (now < decision) return {Step::What::kWaits, decision};
  // It is not read from, so it may be silent for any time: a network that has died looks like one that waits.
  return {mount.publisher->is_gone() ? Step::What::kEnters : Step::What::kIsBusy};
}

void MountTable::stop_asking(Mount& mount, Question& question) {
  if (!question.asked || mount.publishers != question.publishers || --mount.questions > 0) return;
  mount.publisher->set_contested(false);
  if (!mount.ending && !mount.replaced) mount.delegate->set_ahead(Ahead::kUsual);
}

}  // namespace rtmp
