import { describe, expect, it } from 'vitest';

import type { Span } from '../src/lib/messages';
import { criticalPath, criticalTime, waterfall } from '../src/lib/trace_tree';

function span(id: string, parent: string, at: number, ms: number): Span {
  return { id, parent, service: id, pod: '', operation: '', kind: 'server', status: 'ok', at, duration_ms: ms, attributes: {} };
}
const stretches = (spans: Span[]): string[] => criticalPath(spans).map((s) => `${s.span} ${s.from.toFixed(2)}-${s.to.toFixed(2)}`);

describe('the waterfall', () => {
  const spans = [span('b', 'a', 0.2, 100), span('a', '', 0, 1000), span('c', 'b', 0.25, 10), span('d', 'a', 0.1, 50)];
  it('shows children under their parent, by start', () => {
    expect(waterfall(spans).map((r) => [r.span.id, r.depth])).toEqual([['a', 0], ['d', 1], ['b', 1], ['c', 2]]);
  });
  it('folds', () => expect(waterfall(spans, new Set(['b'])).map((r) => r.span.id)).toEqual(['a', 'd', 'b']));
  it('keeps a span whose parent is missing', () => {
    expect(waterfall([span('x', 'gone', 0, 1)]).map((r) => r.depth)).toEqual([0]);
  });
});

describe('the critical path', () => {
  it('goes through children one after the other, with the parent between', () => {
    expect(stretches([span('a', '', 0, 1000), span('b', 'a', 0.1, 300), span('c', 'a', 0.5, 400)])).toEqual([
      'a 0.00-0.10', 'b 0.10-0.40', 'a 0.40-0.50', 'c 0.50-0.90', 'a 0.90-1.00',
    ]);
  });
  it('follows the one of two at once that ended last', () => {
    expect(stretches([span('a', '', 0, 1000), span('b', 'a', 0, 400), span('c', 'a', 0, 1000)])).toEqual(['c 0.00-1.00']);
  });
  it('does not wait for what outlives the parent', () => {
    expect(stretches([span('a', '', 0, 500), span('b', 'a', 0.1, 2000)])).toEqual(['a 0.00-0.50']);
  });
  it('adds up to the whole', () => {
    const spans = [span('a', '', 0, 1000), span('b', 'a', 0.1, 300), span('c', 'b', 0.15, 200), span('d', 'a', 0.3, 600)];
    const sum = [...criticalTime(criticalPath(spans)).values()].reduce((x, y) => x + y, 0);
    expect(sum).toBeCloseTo(1);
  });
  it('goes on over the tries of one user', () => {
    expect(stretches([span('a', '', 0, 1000), span('b', '', 1.5, 500)])).toEqual(['a 0.00-1.00', 'b 1.50-2.00']);
  });
  it('is empty without spans', () => expect(criticalPath([])).toEqual([]));
});
