// A window of time in even slices on a grid, so that traces of all of it are shown and not just the newest, and
// slices that lie in the past need not be asked for again. Pure.

export interface Slice {
  from: number;
  to: number;
}

export const slicesMax = 10;

export function slicesOf(from: number, to: number): Slice[] {
  const size = Math.max(1, Math.ceil((to - from) / slicesMax));
  const slices: Slice[] = [];
  for (let start = Math.floor(from / size) * size; start < to; start += size)
    slices.push({ from: start, to: start + size });
  return slices;
}
