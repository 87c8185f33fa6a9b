import { describe, expect, it } from 'vitest';

import {
  differingLabels, instantOf, matrixOf, quote, seriesName, stepFor, summarize, windowFor,
} from '../src/lib/prometheus';

describe('a range answer', () => {
  const epoch = 1_700_000_000;

  it('lies on the grid of the question, gaps as null', () => {
    const m = matrixOf(
      { resultType: 'matrix', result: [{ metric: { service: 'a' }, values: [[epoch - 10, '1'], [epoch, '3']] }] },
      epoch, -10, 10, 5,
    );
    expect(m.times).toEqual([-10, -5, 0, 5, 10]);
    expect(m.series[0]!.values).toEqual([1, null, 3, null, null]);
  });

  it('leaves out what a chart cannot show', () => {
    const m = matrixOf(
      { resultType: 'matrix', result: [{ metric: {}, values: [[epoch, 'NaN'], [epoch + 5, '+Inf'], [epoch + 10, '2']] }] },
      epoch, 0, 10, 5,
    );
    expect(m.series[0]!.values).toEqual([null, null, 2]);
  });

  it('does not lose the last point to rounding', () => {
    expect(matrixOf({ resultType: 'matrix', result: [] }, 0, 0, 0.3, 0.1).times).toHaveLength(4);
  });
});

it('reads instant answers of every type', () => {
  expect(instantOf({ resultType: 'scalar', result: [1, '2.5'] })).toEqual([{ labels: {}, value: 2.5 }]);
  expect(instantOf({ resultType: 'vector', result: [{ metric: { a: 'b' }, value: [1, '-Inf'] }] })).toEqual([
    { labels: { a: 'b' }, value: -Infinity },
  ]);
});

describe('names of series', () => {
  const series = [
    { labels: { __name__: 'up', service: 'a', pod: 'a-1', job: 'x' } },
    { labels: { __name__: 'up', service: 'a', pod: 'a-2', job: 'x' } },
  ];
  it('hold only what differs', () => {
    expect(differingLabels(series)).toEqual(['pod']);
    expect(seriesName(series[0]!.labels, ['pod'])).toBe('a-1');
  });
  it('follow a legend', () => expect(seriesName(series[0]!.labels, [], '{{service}} / {{ pod }}')).toBe('a / a-1'));
  it('fall back to the metric or a word', () => {
    expect(seriesName({ __name__: 'up' }, [])).toBe('up');
    expect(seriesName({}, [])).toBe('value');
  });
});

it('chooses steps that keep a chart narrow, never under a scrape', () => {
  expect(stepFor(300, 240)).toBe(5);
  expect(stepFor(1800, 240)).toBe(10);
  expect(stepFor(7200, 240)).toBe(30);
  expect(windowFor(5)).toBe('20s');
  expect(windowFor(30)).toBe('60s');
});

it('quotes label values', () => expect(quote('a"b\\c\n')).toBe('"a\\"b\\\\c\\n"'));

it('summarizes what is there', () => {
  expect(summarize([0, 1, 2, 3], [null, 2, 5, null])).toEqual({ first: 2, last: 5, min: 2, max: 5, maxAt: 2 });
  expect(summarize([0], [null])).toBeNull();
});
