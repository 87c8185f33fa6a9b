// One colour a service in every view: by its place in the system's list. After eight the same colours come
// again with a dashed line.

export interface Ink {
  color: string; // a CSS variable's name
  dash: number[];
}

export function ink(index: number): Ink {
  const i = Math.max(0, index);
  return { color: `--series-${(i % 8) + 1}`, dash: i >= 8 ? [4, 3] : [] };
}
