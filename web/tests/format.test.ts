import { describe, expect, it } from 'vitest';

import { amountText, duration, exactTime, matchTime, milliseconds, minutesSeconds, whole } from '../src/lib/format';

describe('times', () => {
  it('counts from the page, before it with a minus', () => {
    expect(matchTime(0)).toBe('T+00:00');
    expect(matchTime(402.9)).toBe('T+06:42');
    expect(matchTime(-70)).toBe('T−01:10');
    expect(matchTime(3725)).toBe('T+1:02:05');
  });
  it('keeps milliseconds of a log line, and carries them over', () => {
    expect(exactTime(65.0306)).toBe('+01:05.031');
    expect(exactTime(59.9997)).toBe('+01:00.000');
    expect(exactTime(-0.25)).toBe('−00:00.250');
  });
  it('says lengths in words', () => {
    expect(duration(45)).toBe('45 s');
    expect(duration(360)).toBe('6 min');
    expect(duration(375)).toBe('6 min 15 s');
    expect(duration(3900)).toBe('1 h 5 min');
    expect(minutesSeconds(-3)).toBe('00:00');
  });
  it('scales milliseconds', () => {
    expect(milliseconds(0.25)).toBe('0.25 ms');
    expect(milliseconds(23.04)).toBe('23 ms');
    expect(milliseconds(180.4)).toBe('180 ms');
    expect(milliseconds(2003)).toBe('2 s');
    expect(milliseconds(61_230)).toBe('61.2 s');
  });
});

describe('amounts', () => {
  it('takes the unit that reads best', () => {
    expect(amountText(0.0123, 's')).toBe('12.3 ms');
    expect(amountText(2.5, 's')).toBe('2.5 s');
    expect(amountText(0.046, 'share')).toBe('4.6%');
    expect(amountText(0, 'share')).toBe('0%');
    expect(amountText(1536, 'bytes')).toBe('1.5 KiB');
    expect(amountText(12_345, 'req/s')).toBe('12k req/s');
    expect(amountText(3, '')).toBe('3');
  });
  it('shows that there is no value', () => {
    expect(amountText(null, 's')).toBe('–');
    expect(amountText(Number.NaN, 's')).toBe('–');
    expect(amountText(Infinity, 's')).toBe('+Inf');
  });
  it('groups thousands', () => expect(whole(12840.4)).toBe('12,840'));
});
