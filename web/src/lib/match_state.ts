// The state of a match as its stream tells it: a snapshot, then ticks and updates with consecutive numbers.
// Pure: every frame makes a new state, and says when a frame is missing so that the caller can ask again.
import type { JourneyHealth, Snapshot, Tick, Update } from './messages';

export interface HarmPoint {
  time: number;
  harm: number;
  rate: number;
}

export interface MatchState extends Snapshot {
  harm_rate: number;
  journeys: JourneyHealth[];
  /** Ticks seen by this client, oldest first. */
  harm_history: HarmPoint[];
}

export interface Reduced {
  state: MatchState | null;
  /** A frame is missing before this one: say hello again with the last number. */
  gap: boolean;
}

const harmPointsMax = 900;

function upsert<T, K>(list: T[], news: T[] | undefined, key: (item: T) => K): T[] {
  if (!news || news.length === 0) return list;
  const byKey = new Map(news.map((item) => [key(item), item]));
  const merged = list.map((item) => {
    const k = key(item);
    const found = byKey.get(k);
    if (found === undefined) return item;
    byKey.delete(k);
    return found;
  });
  return [...merged, ...byKey.values()];
}

function replace<T>(list: T[], news: T[] | undefined): T[] {
  return news && news.length > 0 ? news : list;
}

export function fromSnapshot(snapshot: Snapshot, before: MatchState | null): MatchState {
  const same = before !== null && before.match === snapshot.match && before.your_team === snapshot.your_team;
  return {
    ...snapshot,
    harm_rate: same ? before.harm_rate : 0,
    journeys: same ? before.journeys : [],
    harm_history: same ? before.harm_history.filter((p) => p.time <= snapshot.time) : [],
  };
}

function withTick(state: MatchState, tick: Tick): MatchState {
  const point = { time: tick.time, harm: tick.harm, rate: tick.harm_rate };
  return {
    ...state,
    seq: tick.seq,
    time: tick.time,
    harm: tick.harm,
    harm_rate: tick.harm_rate,
    budget_left: tick.budget_left,
    journeys: tick.journeys,
    harm_history: [...state.harm_history.slice(-harmPointsMax), point],
  };
}

function withUpdate(state: MatchState, u: Update): MatchState {
  const left = new Set(u.players_left ?? []);
  const unpinned = new Set(u.unpinned ?? []);
  const next: MatchState = {
    ...state,
    seq: u.seq,
    time: Math.max(state.time, u.time),
    phase: u.phase ?? state.phase,
    countdown_ms: u.countdown_ms ?? state.countdown_ms,
    briefing: u.briefing ?? state.briefing,
    players: upsert(state.players, u.players, (p) => p.id).filter((p) => !left.has(p.id)),
    teams: replace(state.teams, u.teams),
    pods: replace(state.pods, u.pods),
    config: upsert(state.config, u.config, (c) => c.name),
    flags: upsert(state.flags, u.flags, (f) => f.name),
    pins: upsert(state.pins, u.pins, (p) => p.id).filter((p) => !unpinned.has(p.id)),
    changes: upsert(state.changes, u.changes, (c) => c.id),
    // One alert may fire, resolve and fire again: each firing is an entry of its own.
    alerts: upsert(state.alerts, u.alerts, (a) => `${a.name}\n${a.service}\n${a.since}`),
    actions: upsert(state.actions, u.actions, (a) => a.id),
    channel: upsert(state.channel, u.channel, (l) => l.id),
    hints: upsert(state.hints, u.hints, (h) => h.number),
    hints_left: u.hints_left ?? state.hints_left,
    declarations_left: u.declarations_left ?? state.declarations_left,
    next_hint_price: u.next_hint_price ?? state.next_hint_price,
    declarations: upsert(state.declarations, u.declarations, (d) => `${d.at}\n${d.component}\n${d.mechanism}`),
  };
  return next;
}

export function reduce(state: MatchState | null, frame: Snapshot | Tick | Update): Reduced {
  if (frame.type === 'snapshot') return { state: fromSnapshot(frame, state), gap: false };
  if (state === null) return { state, gap: true };
  if (frame.seq <= state.seq) return { state, gap: false };
  if (frame.seq > state.seq + 1) return { state, gap: true };
  return { state: frame.type === 'tick' ? withTick(state, frame) : withUpdate(state, frame), gap: false };
}
