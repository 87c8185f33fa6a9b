// Numbers and times as people read them. Pure functions; times are simulated seconds since the page.

const minus = '−';

function pad(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

function clockDigits(seconds: number): string {
  const whole = Math.floor(Math.abs(seconds));
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  const s = whole % 60;
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${pad(m)}:${pad(s)}`;
}

/** The match clock: "T+06:42", before the page "T−01:10". */
export function matchTime(seconds: number): string {
  return `T${seconds < 0 ? minus : '+'}${clockDigits(seconds)}`;
}

/** A moment in a narrow column: "+06:42". */
export function shortTime(seconds: number): string {
  return `${seconds < 0 ? minus : '+'}${clockDigits(seconds)}`;
}

/** A moment in a log line, to the millisecond: "+06:42.318". */
export function exactTime(seconds: number): string {
  // Rounded first, so that 59.9996 does not become "59.1000".
  const ms = Math.round(Math.abs(seconds) * 1000);
  const part = String(ms % 1000).padStart(3, '0');
  return `${seconds < 0 ? minus : '+'}${clockDigits(Math.floor(ms / 1000))}.${part}`;
}

/** A length of time: "45 s", "6 min", "1 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const m = Math.floor(whole / 60);
  const s = whole % 60;
  if (m < 60) return s === 0 ? `${m} min` : `${m} min ${s} s`;
  const h = Math.floor(m / 60);
  return m % 60 === 0 ? `${h} h` : `${h} h ${m % 60} min`;
}

/** mm:ss for results and countdowns. */
export function minutesSeconds(seconds: number): string {
  return clockDigits(Math.max(0, seconds));
}

export function milliseconds(ms: number): string {
  if (ms >= 10_000) return `${trim(ms / 1000, 1)} s`;
  if (ms >= 1000) return `${trim(ms / 1000, 2)} s`;
  if (ms >= 100) return `${Math.round(ms)} ms`;
  if (ms >= 1) return `${trim(ms, 1)} ms`;
  return `${trim(ms, 2)} ms`;
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function whole(n: number): string {
  return grouped.format(Math.round(n));
}

function trim(n: number, digits: number): string {
  const text = n.toFixed(digits);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function short(n: number): string {
  const size = Math.abs(n);
  if (size >= 1e9) return `${trim(n / 1e9, 1)}G`;
  if (size >= 1e6) return `${trim(n / 1e6, 1)}M`;
  if (size >= 1e4) return `${trim(n / 1e3, 0)}k`;
  if (size >= 1e3) return `${trim(n / 1e3, 1)}k`;
  if (size >= 100) return trim(n, 0);
  if (size >= 10) return trim(n, 1);
  if (size >= 1) return trim(n, 2);
  if (size === 0) return '0';
  if (size >= 0.001) return trim(n, 3);
  return n.toExponential(1);
}

export interface Amount {
  value: string;
  unit: string;
}

/** A value of a panel's unit, number and unit apart so that the unit can be muted. */
export function amount(value: number | null | undefined, unit: string): Amount {
  if (value === null || value === undefined || Number.isNaN(value)) return { value: '–', unit: '' };
  if (!Number.isFinite(value)) return { value: value > 0 ? '+Inf' : `${minus}Inf`, unit: '' };
  switch (unit) {
    case 's':
    case 'seconds': {
      const size = Math.abs(value);
      if (size === 0) return { value: '0', unit: 's' };
      if (size >= 1) return { value: short(value), unit: 's' };
      if (size >= 0.001) return { value: short(value * 1e3), unit: 'ms' };
      return { value: short(value * 1e6), unit: 'µs' };
    }
    case 'ms':
      return { value: short(value), unit: 'ms' };
    case 'share':
    case 'ratio':
    case 'percentunit': {
      const percent = value * 100;
      const size = Math.abs(percent);
      return { value: size === 0 ? '0' : size >= 10 ? trim(percent, 0) : trim(percent, size >= 1 ? 1 : 2), unit: '%' };
    }
    case 'percent':
    case '%':
      return { value: short(value), unit: '%' };
    case 'bytes': {
      const size = Math.abs(value);
      if (size >= 1073741824) return { value: trim(value / 1073741824, 1), unit: 'GiB' };
      if (size >= 1048576) return { value: trim(value / 1048576, 1), unit: 'MiB' };
      if (size >= 1024) return { value: trim(value / 1024, 1), unit: 'KiB' };
      return { value: trim(value, 0), unit: 'B' };
    }
    default:
      return { value: short(value), unit };
  }
}

export function amountText(value: number | null | undefined, unit: string): string {
  const a = amount(value, unit);
  return a.unit === '' ? a.value : a.unit === '%' ? `${a.value}%` : `${a.value} ${a.unit}`;
}
