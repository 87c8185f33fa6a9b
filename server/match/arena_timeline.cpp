// The timeline that writes itself: what actions and alerts came to, in order of time.
#include <algorithm>
#include <utility>

#include "match/action_text.h"
#include "match/arena.h"

namespace incident::match {

void Arena::note_actions(std::vector<Note>& notes) {
  for (ActionRecord& record : actions_) {
    if (record.state != sim::ActionState::kRunning) {
      continue;
    }
    const sim::ActionView now = sim_.action(record.id);
    if (now.state != sim::ActionState::kRunning) {
      record.state = now.state;
      record.ended = now.ended - page_;
      record.message = how_it_ended(now.state);
      notes.push_back({now.ended, record.title + ": " + record.message});
    }
  }
}

void Arena::note_alerts(std::vector<Note>& notes) {
  const std::vector<telemetry::Alert>& fired = telemetry_.alerts().fired();
  for (std::size_t i = 0; i < fired.size(); ++i) {
    const telemetry::Alert& alert = fired[i];
    const bool is_new = i >= alerts_noted_.size();
    if (!is_new && alerts_noted_[i] == alert.state) {
      continue;
    }
    const telemetry::AlertRule& rule = telemetry_.config().rules[alert.rule];
    const auto add = [&](SimTime at, std::string text) {
      // Several label sets of a rule that change at one evaluation are one line.
      const bool said = std::any_of(notes.begin(), notes.end(),
                                    [&](const Note& n) { return n.at == at && n.text == text; });
      if (!said) {
        notes.push_back({at, std::move(text)});
      }
    };
    if (is_new) {
      alerts_noted_.push_back(telemetry::AlertState::kFiring);
      add(*alert.fired_at, "Alert " + rule.name + " is firing (" + rule.severity + "): " + rule.summary);
    }
    if (alert.state == telemetry::AlertState::kResolved) {
      alerts_noted_[i] = alert.state;
      add(*alert.resolved_at, "Alert " + rule.name + " has resolved.");
    }
  }
}

void Arena::note_what_happened() {
  std::vector<Note> notes;
  note_actions(notes);
  note_alerts(notes);
  // In order of time whatever the stretch that was run, so that splits cannot matter.
  std::stable_sort(notes.begin(), notes.end(), [](const Note& a, const Note& b) { return a.at < b.at; });
  for (Note& note : notes) {
    line(note.at - page_, LineKind::kSystem, {}, std::move(note.text));
  }
}

void Arena::line(Duration at, LineKind kind, const std::string& by, std::string text) {
  channel_.push_back({static_cast<std::int64_t>(channel_.size()) + 1, at, kind, by, std::move(text)});
}

void Arena::note(std::string text) {
  line(time_, LineKind::kSystem, {}, std::move(text));
}

}  // namespace incident::match
