/** Figures as people read them: units, sensible digits, no noise. */

const minus = (text: string): string => text.replace('-', '−');

/** A count with thin groups: 12,940. */
export function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}

/** A count with its noun: 1 sample, 10,000 samples. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A measured number to `digits` significant digits, without trailing noise: 0.0471, 12.9, 1.2e−7. */
export function figure(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return '—';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return minus(value.toExponential(digits - 1)).replace('e+', 'e');
  if (size >= 10 ** digits) return minus(count(value));
  const decimals = Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
  return minus(value.toFixed(decimals));
}

/** A share in [0, 1] as per cent: 94.2 %. */
export function percent(value: number): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '—';
}

/** Bytes: 7.5 MB. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(n) / 3));
  return `${figure(n / 1000 ** power, 3)} ${units[power - 1]}`;
}

/** A duration for people, from milliseconds: under a second, 8 s, 1 min 20 s, 2 h 5 min. */
export function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 1) return 'under a second';
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  const minutes = Math.round(s / 60);
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** When, from an ISO date, seen from `now`: today 14:05, 21 Nov, 3 Mar 2025. */
export function when(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === now.toDateString()) return `today ${time}`;
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return date.getFullYear() === now.getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

/** A sentence in which options are named as the forms name them: another nNeighbors → another n neighbors. */
export function plainNames(text: string): string {
  return text.replace(/\b[a-z]+[A-Z][A-Za-z]*\b/g, words);
}

/** An option's camelCase name as words: latentDim → latent dim. */
export function words(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
}

/** The ticks of an axis, evenly spaced, all with as many decimals as tell them apart: 0.07412, 0.07414. */
export function ticksText(ticks: readonly number[]): string[] {
  const step = Math.min(...ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i])));
  const largest = Math.max(...ticks.map(Math.abs));
  const whole = (value: number): boolean => value > 0.5 && Math.abs(value - Math.round(value)) < 1e-3;
  let decimals = 0;
  while (decimals < 7 && !whole(step * 10 ** decimals)) decimals++;
  const plain = decimals < 7 && Number.isFinite(step) && largest < 1e6;
  return ticks.map((tick) =>
    plain ? minus(Math.abs(tick) < step / 2 ? '0' : tick.toFixed(decimals)) : figure(tick, 2),
  );
}
