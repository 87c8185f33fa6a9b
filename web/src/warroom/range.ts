// The time range that all views share, as it stands in the address bar. Pure; simulated seconds since the page.

export type Range =
  | { kind: 'last'; seconds: number }
  | { kind: 'page' } // since the page, with a little before it
  | { kind: 'fixed'; from: number; to: number };

export interface Window {
  from: number;
  to: number;
}

export const lastChoices = [300, 900, 1800, 3600];
export const standard: Range = { kind: 'last', seconds: 900 };
const beforePage = 120;

export function parseRange(text: string | null): Range {
  if (text === null || text === '') return standard;
  if (text === 'page') return { kind: 'page' };
  const last = /^(\d{1,5})s$/.exec(text);
  if (last) return { kind: 'last', seconds: Math.max(30, Number(last[1])) };
  const fixed = /^(-?\d{1,6})\.\.(-?\d{1,6})$/.exec(text);
  if (fixed) {
    const from = Number(fixed[1]);
    const to = Number(fixed[2]);
    if (to > from) return { kind: 'fixed', from, to };
  }
  return standard;
}

export function rangeText(range: Range): string | null {
  switch (range.kind) {
    case 'page':
      return 'page';
    case 'last':
      return range.seconds === 900 ? null : `${range.seconds}s`;
    case 'fixed':
      return `${range.from}..${range.to}`;
  }
}

export function windowOf(range: Range, at: number): Window {
  switch (range.kind) {
    case 'page':
      return { from: -beforePage, to: Math.max(at, beforePage) };
    case 'last':
      return { from: at - range.seconds, to: at };
    case 'fixed':
      return { from: range.from, to: range.to };
  }
}
