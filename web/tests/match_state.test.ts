import { describe, expect, it } from 'vitest';

import { reduce, type MatchState } from '../src/lib/match_state';
import type { Player, Snapshot, Tick, Update } from '../src/lib/messages';

function player(id: string, more: Partial<Player> = {}): Player {
  return { id, handle: id, team: 't1', role: 'none', ready: false, online: true, host: false, ...more };
}

function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot', seq: 10, epoch: 'e1', match: 'm', code: 'ABC', mode: 'race', incident: 'i', incident_title: 'I',
    phase: 'running', time: 5, wall_epoch_ms: 0, time_scale: 1, countdown_ms: 0, you: 'p1', your_team: 't1',
    players: [player('p1')], teams: [], services: [], action_kinds: [], mechanisms: [], config: [], flags: [],
    caches: [], targets: [], pods: [], pins: [], changes: [], alerts: [], actions: [], channel: [], hints: [], hints_left: 2, declarations_left: 3,
    next_hint_price: 10, declarations: [], wrong_declaration_cost: 40, harm: 3, budget_left: 1, ...more,
  };
}

function tick(seq: number, time: number, harm = 5): Tick {
  return { type: 'tick', seq, time, harm, harm_rate: 2, budget_left: 0.9, journeys: [], sent_at_ms: 0 };
}

function update(seq: number, more: Partial<Update> = {}): Update {
  return {
    type: 'update', seq, time: 6, players: [], players_left: [], teams: [], pods: [], config: [], flags: [], pins: [],
    unpinned: [], changes: [], alerts: [], actions: [], channel: [], hints: [], declarations: [], ...more,
  };
}

function start(more: Partial<Snapshot> = {}): MatchState {
  return reduce(null, snapshot(more)).state!;
}

describe('the stream', () => {
  it('needs a snapshot first', () => {
    expect(reduce(null, tick(11, 6))).toEqual({ state: null, gap: true });
  });

  it('follows consecutive frames and keeps the harm of each tick', () => {
    let state = start();
    for (const frame of [tick(11, 6, 5), tick(12, 7, 9)]) {
      const next = reduce(state, frame);
      expect(next.gap).toBe(false);
      state = next.state!;
    }
    expect(state.seq).toBe(12);
    expect(state.harm).toBe(9);
    expect(state.harm_history.map((p) => p.harm)).toEqual([5, 9]);
  });

  it('reports a missing frame and changes nothing', () => {
    const state = start();
    const next = reduce(state, tick(12, 7));
    expect(next.gap).toBe(true);
    expect(next.state).toBe(state);
  });

  it('ignores a frame it has seen', () => {
    const state = start();
    expect(reduce(state, tick(10, 4))).toEqual({ state, gap: false });
  });

  it('starts again with a snapshot of another epoch, and keeps the harm line', () => {
    const before = reduce(start(), tick(11, 6)).state;
    const after = reduce(before, snapshot({ epoch: 'e2', seq: 0, time: 8, harm: 7 })).state!;
    expect([after.epoch, after.seq, after.harm]).toEqual(['e2', 0, 7]);
    expect(after.harm_history).toHaveLength(1);
    expect(reduce(after, tick(1, 9)).gap).toBe(false);
  });

  it('drops what another team saw when the team changes', () => {
    const before = reduce(start(), tick(11, 6)).state;
    expect(reduce(before, snapshot({ your_team: 't2' })).state!.harm_history).toEqual([]);
  });
});

describe('an update', () => {
  it('replaces entries of the same id and appends new ones', () => {
    const state = start({ players: [player('p1'), player('p2')] });
    const next = reduce(state, update(11, { players: [player('p2', { ready: true }), player('p3')], players_left: ['p1'] }));
    expect(next.state!.players.map((p) => [p.id, p.ready])).toEqual([['p2', true], ['p3', false]]);
  });

  it('leaves lists alone that it does not name', () => {
    const state = start({ pods: [{ name: 'a-1', service: 'a', version: 'v1', state: 'ready', restarts: 0, started: 0 }] });
    expect(reduce(state, update(11)).state!.pods).toBe(state.pods);
  });

  it('takes pins down', () => {
    const pin = { id: 1, kind: 'note', ref: '', query: '', label: 'x', by: 'p1', at: 0 };
    const state = reduce(start(), update(11, { pins: [pin, { ...pin, id: 2 }] })).state;
    expect(reduce(state, update(12, { unpinned: [1] })).state!.pins.map((p) => p.id)).toEqual([2]);
  });

  it('keeps an alert that fires twice as two', () => {
    const alert = { name: 'A', service: 's', severity: 'critical', summary: '', state: 'resolved', since: 1, until: 2, value: 1 };
    const state = start({ alerts: [alert] });
    const next = reduce(state, update(11, { alerts: [{ ...alert, state: 'firing', since: 9 }] }));
    expect(next.state!.alerts.map((a) => [a.since, a.state])).toEqual([[1, 'resolved'], [9, 'firing']]);
  });

  it('changes the phase only when it says so', () => {
    const state = reduce(start(), update(11, { phase: 'ended' })).state;
    expect(state!.phase).toBe('ended');
    expect(reduce(state, update(12)).state!.phase).toBe('ended');
  });
});
