/** Numbers and tables for people: sensible digits, units, columns that line up. */

/** 0.04712 → `0.0471`, 12345.6 → `12,346`: three significant digits, or all of the whole ones. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15)) return value.toExponential(2);
  if (Number.isInteger(value) || Math.abs(value) >= 100) return count(Math.round(value));
  return value.toPrecision(3);
}

/** 10000 → `10,000` */
export function count(n: number): string {
  return String(n).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `0.84 s`, `12.3 s`, `4 min 05 s`, `2 h 10 min` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** `820 B`, `1.6 MB` */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  const power = Math.min(4, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** power;
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${'kMGT'[power - 1]}B`;
}

/** 784 features, 1 feature */
export function plural(n: number, unit: string): string {
  return `${count(n)} ${unit}${n === 1 ? '' : 's'}`;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `2026-11-21 22:42` in local time; packs have no date */
export function date(iso: string): string {
  if (iso === '') return '';
  const at = new Date(iso);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Columns that line up; those whose names end in `>` are aligned right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = head.map((name) => name.endsWith('>'));
  const names = head.map((name) => name.replace(/>$/, ''));
  const lines = [names, ...rows];
  const widths = names.map((_, j) => Math.max(...lines.map((line) => width(line[j]))));
  const pad = (cell: string, j: number): string => {
    const spaces = ' '.repeat(widths[j] - width(cell));
    return right[j] ? spaces + cell : cell + spaces;
  };
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** A list of facts: name, then value. */
export function facts(pairs: readonly (readonly [name: string, value: string | undefined])[]): string {
  const there = pairs.filter(([, value]) => value !== undefined && value !== '');
  const widest = Math.max(...there.map(([name]) => width(name)));
  return there.map(([name, value]) => `${name.padEnd(widest)}  ${value}`).join('\n');
}

/** Characters as a terminal shows them, near enough: code points. */
const width = (text: string): number => [...text].length;

/** Breaks a text into lines at spaces. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && width(line) + 1 + width(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
