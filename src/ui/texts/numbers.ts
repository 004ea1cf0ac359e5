// Numbers as people read them: sizes in KiB/MiB, times as m:ss, losses with three digits. Pure; no units without numbers.

/** `1234567` → `1.2 MiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** Milliseconds as `0:09`, `12:30`, `1:02:03`. */
export function timeText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `1840.2` → `1,840` in the language's own grouping. */
export function countText(value: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

/** A figure to `digits` significant digits without needless zeros: 0.83, 3.61, 1e-3. Not finite: `NaN`, `∞`. */
export function figureText(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-2 || size >= 1e5) return shortExponent(value.toExponential(digits - 1));
  return value.toPrecision(digits);
}

/** `1.00e-3` → `1e-3`. */
function shortExponent(text: string): string {
  return text.replace(/\.?0+e/, 'e').replace('e+', 'e');
}

/** A loss as a headline: two decimals while it is large, three digits when small. */
export function lossText(value: number): string {
  if (Number.isFinite(value) && Math.abs(value) >= 0.1) return value.toFixed(2);
  return figureText(value, 2);
}

/** A setting's value as it is typed: `0.001` → `1e-3` on logarithmic scales. */
export function settingNumberText(value: number, log: boolean): string {
  if (log && value !== 0 && Math.abs(value) < 0.01) return shortExponent(value.toExponential(3));
  return String(Number(value.toPrecision(10)));
}

/** `3.2e9` → `3.2 GFLOP`. */
export function flopsText(flops: number): string {
  const units = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP'];
  let value = flops;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${Number(value.toPrecision(2))} ${units[unit] ?? 'FLOP'}`;
}
