/** Which points a text is found at, and which are seen with the legend's hidden categories. */
import type { Column } from '@portolan/core/data';

/** [n], 1 where a category or text contains what is looked for, or a number is it; null for an empty query. */
export function matches(query: string, columns: readonly Column[], n: number): Uint8Array | null {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return null;
  const found = new Uint8Array(n);
  for (const column of columns) {
    if (column.type === 'category') {
      const hits = column.categories.map((name) => name.toLowerCase().includes(wanted));
      for (let i = 0; i < n; i++) if (hits[column.codes[i]]) found[i] = 1;
    } else if (column.type === 'text') {
      for (let i = 0; i < n; i++) if (column.values[i].toLowerCase().includes(wanted)) found[i] = 1;
    } else if (column.type === 'number' && !Number.isNaN(Number(wanted))) {
      const value = Number(wanted);
      for (let i = 0; i < n; i++) if (column.values[i] === value) found[i] = 1;
    }
  }
  return found;
}

/** [n], 0 where a point is not found or its category is hidden; null when all are seen. */
export function seen(
  found: Uint8Array | null,
  column: Column | undefined,
  hidden: ReadonlySet<number>,
): Uint8Array | null {
  if (column?.type !== 'category' || hidden.size === 0) return found;
  const { codes, categories } = column;
  // by code, one place later: what is missing has −1
  const shown = Uint8Array.from({ length: categories.length + 1 }, (_, k) => (hidden.has(k - 1) ? 0 : 1));
  const visible = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) visible[i] = found?.[i] === 0 ? 0 : shown[Math.max(-1, codes[i]) + 1];
  return visible;
}

/** The categories hidden after a click on one; with shift it is seen alone, or all again. */
export function toggled(
  hidden: ReadonlySet<number>,
  code: number,
  alone: boolean,
  all: readonly number[],
): Set<number> {
  if (alone) {
    const others = all.filter((other) => other !== code);
    const isAlone = !hidden.has(code) && others.every((other) => hidden.has(other));
    return new Set(isAlone ? [] : others);
  }
  const next = new Set(hidden);
  if (!next.delete(code)) next.add(code);
  return next.size === all.length ? new Set() : next;
}
