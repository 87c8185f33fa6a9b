// A layered drawing of "who calls whom": callers above or left of what they call, few crossings. Pure.
// Layers by the longest path from a caller nobody calls; edges that close a cycle do not count. Order inside a
// layer by the mean position of neighbours (the barycentre method of Sugiyama et al.), a few sweeps.

export interface Placed {
  name: string;
  layer: number;
  /** Position within the layer, from 0. */
  order: number;
}

export interface Layout {
  nodes: Placed[];
  layers: number;
  widest: number;
}

const sweeps = 8;

export function layered(names: string[], calls: (name: string) => string[]): Layout {
  const known = new Set(names);
  const out = new Map(names.map((n) => [n, calls(n).filter((c) => known.has(c) && c !== n)]));
  const forward = withoutCycles(names, out);
  const layer = longestPaths(names, forward);

  const layers: string[][] = [];
  for (const name of names) (layers[layer.get(name) ?? 0] ??= []).push(name);
  for (let i = 0; i < layers.length; i++) layers[i] ??= [];

  const parents = new Map<string, string[]>(names.map((n) => [n, []]));
  for (const [from, tos] of forward) for (const to of tos) parents.get(to)?.push(from);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    if (sweep % 2 === 0) for (let i = 1; i < layers.length; i++) sortBy(layers, i, parents);
    else for (let i = layers.length - 2; i >= 0; i--) sortBy(layers, i, forward);
  }

  const nodes = layers.flatMap((row, l) => row.map((name, order) => ({ name, layer: l, order })));
  return { nodes, layers: layers.length, widest: Math.max(0, ...layers.map((row) => row.length)) };
}

function withoutCycles(names: string[], out: Map<string, string[]>): Map<string, string[]> {
  const forward = new Map<string, string[]>(names.map((n) => [n, []]));
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string): void => {
    state.set(name, 'open');
    for (const to of out.get(name) ?? []) {
      if (state.get(to) === 'open') continue;
      forward.get(name)?.push(to);
      if (!state.has(to)) visit(to);
    }
    state.set(name, 'done');
  };
  // From those nobody calls, so that a cycle is cut at the edge that goes back up.
  const called = new Set([...out.values()].flat());
  for (const name of names) if (!called.has(name) && !state.has(name)) visit(name);
  for (const name of names) if (!state.has(name)) visit(name);
  return forward;
}

function longestPaths(names: string[], forward: Map<string, string[]>): Map<string, number> {
  const degree = new Map(names.map((n) => [n, 0]));
  for (const tos of forward.values()) for (const to of tos) degree.set(to, (degree.get(to) ?? 0) + 1);
  const layer = new Map(names.map((n) => [n, 0]));
  const ready = names.filter((n) => degree.get(n) === 0);
  for (let name = ready.shift(); name !== undefined; name = ready.shift()) {
    for (const to of forward.get(name) ?? []) {
      layer.set(to, Math.max(layer.get(to) ?? 0, (layer.get(name) ?? 0) + 1));
      const left = (degree.get(to) ?? 1) - 1;
      degree.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return layer;
}

function sortBy(layers: string[][], index: number, neighbours: Map<string, string[]>): void {
  const row = layers[index] ?? [];
  const position = new Map<string, number>();
  layers.forEach((other) => other.forEach((name, i) => position.set(name, (i + 0.5) / other.length)));
  const weight = new Map(
    row.map((name) => {
      const at = (neighbours.get(name) ?? []).map((n) => position.get(n) ?? 0.5);
      return [name, at.length === 0 ? (position.get(name) ?? 0.5) : at.reduce((a, b) => a + b, 0) / at.length];
    }),
  );
  row.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
}
