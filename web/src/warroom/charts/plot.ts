// The options of one uPlot chart in the war room's style: thin lines, no fill, muted axes with units, marks of
// changes, alerts and actions, the page and now as vertical lines, names at the lines' ends.
import type uPlot from 'uplot';

import type { Ink } from '../../lib/colors';
import { amountText, shortTime } from '../../lib/format';
import { token } from '../../lib/theme.svelte';
import { glyphs, markerColors, type Marker } from '../markers';

export interface Line {
  name: string;
  ink: Ink;
  values: (number | null)[];
}

/** What a chart reads anew at each drawing; the plot itself is made once. */
export interface Live {
  window: { from: number; to: number };
  markers: Marker[];
  now: number;
}

export interface PlotOptions {
  width: number;
  height: number;
  unit: string;
  lines: Line[];
  /** The lines as they are when the names are drawn. */
  current: () => Line[];
  compact: boolean;
  labels: boolean;
  live: () => Live;
  onZoom: (from: number, to: number) => void;
  onCursor: (index: number | null, left: number, own: boolean) => void;
  sync: string;
}

const increments = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
const font = (size: number): string => `${size}px "IBM Plex Sans Condensed", sans-serif`;
export const labelSpace = 116;
/** Of many lines only the highest are named. */
const namesMax = 8;

export function plotOptions(o: PlotOptions): uPlot.Options {
  const text = token('--muted');
  const grid = token('--line');
  const scale = devicePixelRatio;
  return {
    width: o.width,
    height: o.height,
    legend: { show: false },
    padding: [o.compact ? 6 : 16, o.labels ? labelSpace : 10, o.compact ? 8 : 0, 0],
    cursor: {
      sync: { key: o.sync, scales: ['x', null] },
      y: false,
      points: { size: 5, width: 1 },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      focus: { prox: 24 },
    },
    scales: {
      x: {
        time: false,
        range: () => {
          const { from, to } = o.live().window;
          return [from, to];
        },
      },
      y: { range: (_, min, max) => [Math.min(0, min ?? 0), (max ?? 0) > 0 ? (max ?? 1) * 1.12 : 1] },
    },
    axes: [
      {
        show: !o.compact,
        stroke: text,
        font: font(12),
        size: 26,
        gap: 4,
        incrs: increments,
        space: 72,
        grid: { show: true, stroke: grid, width: 0.5 },
        ticks: { show: false },
        values: (_, splits) => splits.map((s) => shortTime(s)),
      },
      {
        stroke: text,
        font: font(o.compact ? 11 : 12),
        size: o.compact ? 46 : 58,
        gap: 4,
        space: o.compact ? 22 : 32,
        grid: { show: true, stroke: grid, width: 0.5 },
        ticks: { show: false },
        values: (_, splits) => splits.map((s) => amountText(s, o.compact && o.unit === 'req/s' ? '' : o.unit)),
      },
    ],
    series: [
      {},
      ...o.lines.map(
        (line): uPlot.Series => ({
          label: line.name,
          stroke: token(line.ink.color),
          dash: line.ink.dash,
          width: 1.25,
          spanGaps: false,
          points: { show: (u, i) => lonely(u.data[i] as (number | null)[]), size: 4 },
        }),
      ),
    ],
    hooks: {
      drawAxes: [(u) => drawMarks(u, o.live(), scale, o.compact)],
      draw: o.labels ? [(u) => drawNames(u, o.current(), scale)] : [],
      setSelect: [
        (u) => {
          if (u.select.width < 4) return;
          const from = u.posToVal(u.select.left, 'x');
          const to = u.posToVal(u.select.left + u.select.width, 'x');
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          o.onZoom(from, to);
        },
      ],
      setCursor: [
        (u) => {
          const index = u.cursor.idx ?? null;
          o.onCursor(index, u.cursor.left ?? -1, u.cursor.event != null);
        },
      ],
    },
  };
}

// A sample without neighbours draws no line; show it as a point.
function lonely(values: (number | null)[]): boolean {
  return values.some((v, i) => v != null && values[i - 1] == null && values[i + 1] == null);
}

function drawMarks(u: uPlot, live: Live, scale: number, compact: boolean): void {
  const { ctx, bbox } = u;
  const line = (t: number, color: string, dash: number[], width: number): number | null => {
    if (t < live.window.from || t > live.window.to) return null;
    const x = Math.round(u.valToPos(t, 'x', true)) + 0.5;
    ctx.strokeStyle = color;
    ctx.lineWidth = width * scale;
    ctx.setLineDash(dash.map((d) => d * scale));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    return x;
  };
  ctx.save();
  line(0, token('--muted'), [2, 3], 1);
  for (const marker of live.markers) {
    const color = token(markerColors[marker.kind]);
    ctx.globalAlpha = 0.45;
    const x = line(marker.at, color, [], 1);
    ctx.globalAlpha = 1;
    if (x === null) continue;
    ctx.fillStyle = color;
    ctx.font = font((compact ? 8 : 10) * scale);
    ctx.textAlign = 'center';
    ctx.textBaseline = 'bottom';
    ctx.fillText(glyphs[marker.kind], x, bbox.top + (compact ? 3 : 0) * scale);
  }
  line(live.now, token('--accent'), [], 1);
  ctx.restore();
}

function drawNames(u: uPlot, lines: Line[], scale: number): void {
  const { ctx, bbox } = u;
  const height = 13 * scale;
  const labels = lines
    .map((line) => {
      let index = line.values.length - 1;
      while (index >= 0 && line.values[index] == null) index--;
      const value = line.values[index];
      return value == null ? null : { line, y: u.valToPos(value, 'y', true) };
    })
    .filter((l) => l !== null)
    .sort((a, b) => a.y - b.y)
    .slice(0, namesMax);
  // Push apart downwards, then back up if the last fell off the end.
  for (let i = 1; i < labels.length; i++) {
    const above = labels[i - 1]!;
    const label = labels[i]!;
    label.y = Math.max(label.y, above.y + height);
  }
  let limit = bbox.top + bbox.height;
  for (let i = labels.length - 1; i >= 0; i--) {
    const label = labels[i]!;
    label.y = Math.min(label.y, limit);
    limit = label.y - height;
  }
  ctx.save();
  ctx.font = font(12 * scale);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const { line, y } of labels) {
    ctx.fillStyle = token(line.ink.color);
    ctx.fillText(fit(ctx, line.name, (labelSpace - 12) * scale), bbox.left + bbox.width + 8 * scale, y);
  }
  ctx.restore();
}

function fit(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let cut = text;
  while (cut.length > 1 && ctx.measureText(`${cut}…`).width > width) cut = cut.slice(0, -1);
  return `${cut}…`;
}
