import { describe, expect, it } from 'vitest';

import { layered } from '../src/lib/layers';

function layout(graph: Record<string, string[]>): Record<string, number> {
  const { nodes } = layered(Object.keys(graph), (n) => graph[n] ?? []);
  return Object.fromEntries(nodes.map((n) => [n.name, n.layer]));
}

describe('layers', () => {
  it('puts every callee below all its callers', () => {
    expect(layout({ edge: ['a', 'b'], a: ['db'], b: ['a'], db: [] })).toEqual({ edge: 0, b: 1, a: 2, db: 3 });
  });
  it('survives cycles, calls to oneself and unknown names', () => {
    expect(layout({ edge: ['a'], a: ['b', 'a'], b: ['a', 'nobody'] })).toEqual({ edge: 0, a: 1, b: 2 });
  });
  it('keeps a service that nobody calls', () => expect(layout({ lonely: [] })).toEqual({ lonely: 0 }));
  it('is empty for nothing', () => expect(layered([], () => [])).toEqual({ nodes: [], layers: 0, widest: 0 }));
  it('orders a layer so that edges need not cross', () => {
    const { nodes } = layered(['l', 'r', 'x', 'y'], (n) => ({ l: ['y'], r: ['x'] })[n] ?? []);
    const order = (name: string): number => nodes.find((n) => n.name === name)!.order;
    expect(order('l') < order('r')).toBe(order('y') < order('x'));
  });
});
