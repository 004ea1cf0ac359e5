// Numbers as the page writes them, at the borders where the form changes.
import { describe, expect, it } from 'vitest';
import { bytesText, figureText, flopsText, lossText, settingNumberText, timeText } from './numbers.ts';

describe('numbers', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [15_501_248, '15 MiB'],
    [3 * 1024 ** 3, '3.0 GiB'],
  ])('writes %d bytes as %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it.each([
    [0, '0:00'],
    [9_400, '0:09'],
    [59_600, '1:00'],
    [3_723_000, '1:02:03'],
    [Number.NaN, '–'],
  ])('writes %d ms as %s', (ms, text) => expect(timeText(ms)).toBe(text));

  it.each([
    [0.8342, '0.834'],
    [0.001, '1e-3'],
    [123_456, '1.23e5'],
    [0, '0'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '∞'],
  ])('writes %d as %s', (value, text) => expect(figureText(value)).toBe(text));

  it('writes losses with two decimals until they are tiny', () => {
    expect(lossText(3.614)).toBe('3.61');
    expect(lossText(0.0123)).toBe('0.012');
    expect(lossText(Number.NaN)).toBe('NaN');
  });

  it('writes a logarithmic setting so that reading it back gives the same number', () => {
    for (const value of [2e-3, 1e-4, 3e-5, 0.05, 1, 1e-8])
      expect(Number(settingNumberText(value, true))).toBe(value);
    expect(settingNumberText(0.002, true)).toBe('2e-3');
    expect(settingNumberText(0.1, false)).toBe('0.1');
  });

  it('writes FLOPs with their prefix', () => {
    expect(flopsText(1.9e9)).toBe('1.9 GFLOP');
    expect(flopsText(10)).toBe('10 FLOP');
  });
});
