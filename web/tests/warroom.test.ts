import { describe, expect, it } from 'vitest';

import { backoffMs } from '../src/lib/backoff';
import { ink } from '../src/lib/colors';
import { findTargets, targetsOf, within } from '../src/warroom/actions/targets';
import { markersOf } from '../src/warroom/markers';
import { diffOf } from '../src/warroom/changes/diff';
import { completions, prefixAt } from '../src/warroom/metrics/complete';
import { unitOf } from '../src/warroom/metrics/units';
import { badSince, hurts, share } from '../src/warroom/overview/health';
import { slicesOf } from '../src/warroom/traces/slices';
import { tagsOf } from '../src/warroom/traces/tags';
import { parseRange, rangeText, standard, windowOf } from '../src/warroom/range';

describe('the range in the address', () => {
  it('comes back as it was', () => {
    for (const text of ['300s', 'page', '-120..60']) expect(rangeText(parseRange(text))).toBe(text);
    expect(rangeText(standard)).toBeNull();
  });
  it('falls back to the standard for nonsense', () => {
    for (const text of [null, '', '5..1', 'x', '1e9s']) expect(parseRange(text)).toEqual(standard);
  });
  it('follows the clock unless fixed', () => {
    expect(windowOf({ kind: 'last', seconds: 300 }, 100)).toEqual({ from: -200, to: 100 });
    expect(windowOf({ kind: 'fixed', from: 1, to: 2 }, 100)).toEqual({ from: 1, to: 2 });
  });
});

describe('health', () => {
  it('finds the start of the stretch that still goes on', () => {
    expect(badSince([0, 1, 2, 3, 4, 5, 6, 7], [0, 0.5, 0, 0, 0.5, 0, 0.5, 0.5])).toBe(4);
    expect(badSince([0, 1, 2, 3], [0.5, 0.5, 0, 0])).toBeNull();
  });
  it('takes no error series for no errors, and no traffic for unknown', () => {
    expect(share(undefined, [10, null, 0])).toEqual([0, null, 0]);
    expect(share([1, null], [10, 10])).toEqual([0.1, 0]);
  });
  it('sees errors, slowness against before, and fullness', () => {
    const well = { errors: [0, 0], p95: [0.1, 0.1, 0.1, 0.1], saturation: [0.4] };
    expect(hurts(well)).toBe(false);
    expect(hurts({ ...well, errors: [0, 0.05] })).toBe(true);
    expect(hurts({ ...well, p95: [0.1, 0.1, 0.1, 1] })).toBe(true);
    expect(hurts({ ...well, saturation: [1] })).toBe(true);
  });
});

it('marks changes of others, alerts that fired and our actions, in order', () => {
  const marks = markersOf({
    changes: [
      { id: 1, at: 5, kind: 'deploy', service: 'a', title: 'D', author: '', detail: '', ours: false, reverted: false },
      { id: 2, at: 9, kind: 'config', service: 'a', title: 'ours', author: '', detail: '', ours: true, reverted: false },
    ],
    alerts: [
      { name: 'A', service: 's', severity: '', summary: '', state: 'firing', since: 1, value: 0 },
      { name: 'B', service: '', severity: '', summary: '', state: 'pending', since: 2, value: 0 },
    ],
    actions: [{ id: 1, kind: 'scale', target: 'a', title: 'Scale a', by: '', value: 3, begun: 3, state: 'done', message: '' }],
  });
  expect(marks.map((m) => `${m.kind} ${m.title}`)).toEqual(['alert A · s', 'action Scale a', 'change D']);
});

describe('targets', () => {
  const rows = targetsOf({
    services: [{ name: 'pay', kind: 'application', description: '', tags: [], calls: [], routes: [] }],
    pods: [{ name: 'pay-1', service: 'pay', version: '', state: 'ready', restarts: 0, started: 0 }],
    flags: [{ name: 'new-cart', service: 'cart', on: true }],
    config: [{ name: 'pay.pool', service: 'pay', unit: '', value: 1, min: 1, max: 9 }],
    changes: [{ id: 7, at: 0, kind: 'config', service: 'pay', title: 'Tune pool', author: '', detail: '', ours: false, reverted: false }],
    caches: ['items'],
    targets: [],
    action_kinds: [],
  });
  it('are found by kind, name and note', () => {
    expect(findTargets(rows, 'pod pay', 9).map((r) => r.name)).toEqual(['pay-1']);
    expect(findTargets(rows, 'tune', 9).map((r) => [r.kind, r.name])).toEqual([['change', '7']]);
    expect(findTargets(rows, '', 2)).toHaveLength(2);
  });
  it('of a service include what belongs to it', () => {
    expect(within(rows, 'pay').map((r) => r.kind)).toEqual(['config', 'change', 'pod']);
  });
});

describe('completion', () => {
  it('knows names, labels and strings', () => {
    expect(prefixAt('sum(rat', 7)).toEqual({ text: 'rat', from: 4, place: 'name' });
    expect(prefixAt('up{serv', 7)?.place).toBe('label');
    expect(prefixAt('sum by (serv', 12)?.place).toBe('label');
    expect(prefixAt('up{service="pa', 14)).toBeNull();
  });
  it('puts those that start with it first', () => {
    const prefix = { text: 'ca', from: 0, place: 'name' as const };
    expect(completions(prefix, ['my_cache', 'cache_entries'], [], 2)).toEqual(['cache_entries', 'my_cache']);
  });
});

it('waits longer each time, up to ten seconds, never at once', () => {
  expect(backoffMs(0, 0)).toBe(250);
  expect(backoffMs(0, 1)).toBe(500);
  expect(backoffMs(3, 1)).toBe(4000);
  expect(backoffMs(50, 1)).toBe(10_000);
});

it('dashes the lines of the ninth service on', () => {
  expect(ink(0)).toEqual({ color: '--series-1', dash: [] });
  expect(ink(8)).toEqual({ color: '--series-1', dash: [4, 3] });
});

describe('the detail of a change', () => {
  it('reads settings, diffs and words', () => {
    expect(diffOf('pool.max_size: 4 -> 1\n+new: 2\nshipping labels: new profiles')).toEqual([
      { kind: 'change', name: 'pool.max_size', from: '4', to: '1', rest: '' },
      { kind: 'add', text: '+new: 2' },
      { kind: 'same', text: 'shipping labels: new profiles' },
    ]);
  });
  it('keeps what follows, and leaves alone what did not change', () => {
    expect(diffOf('db.max: 80 -> 120, ahead of the season')[0]).toMatchObject({ to: '120', rest: ', ahead of the season' });
    expect(diffOf('timeout: 1000 -> 1000 (unchanged)')[0]?.kind).toBe('same');
  });
});

it('guesses units only where the names say them', () => {
  expect(unitOf('histogram_quantile(0.95, sum by (le) (rate(http_server_request_duration_seconds_bucket[1m])))')).toBe('s');
  expect(unitOf('sum(rate(user_requests_total{path="/a"}[1m]))')).toBe('/s');
  expect(unitOf('rate(container_cpu_usage_seconds_total[1m])')).toBe('cores');
  expect(unitOf('sum(rate(a_total[1m])) / sum(rate(b_total[1m]))')).toBe('');
  expect(unitOf('up')).toBe('');
});

it('cuts a window into slices that stay where they are as it moves', () => {
  const first = slicesOf(-885, 15);
  expect(first[0]).toEqual({ from: -900, to: -810 });
  expect(first.at(-1)!.to).toBeGreaterThanOrEqual(15);
  expect(slicesOf(-880, 20).slice(0, 9)).toEqual(first.slice(0, 9));
});

it('reads the tags that somebody types', () => {
  expect(tagsOf('error.type=timeout  http.route="GET /cart" http.response.status_code=503')).toEqual([
    'error.type=timeout',
    'http.route=GET /cart',
    'http.response.status_code=503',
  ]);
  expect(tagsOf('error')).toEqual([]);
  expect(tagsOf('error.type= pod')).toEqual([]);
  expect(tagsOf('http.route="GET /ca')).toEqual(['http.route=GET /ca']); // still typing
  expect(tagsOf('db.operation.name="a=b"')).toEqual(['db.operation.name=a=b']);
});
