/** Names in messages: the one a person probably meant, and those there are. */

/** `; did you mean X?`, or nothing when no name is near. */
export function didYouMean(written: string, names: readonly string[]): string {
  const near = nearestName(written, names);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** The name that differs least; capitals and dashes don't count: `salt-and-pepper` is `saltAndPepper`. */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const plain = plainName(written);
  return names
    .map((name) => ({ name, distance: editDistance(plain, plainName(name)) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.min(3, plainName(name).length / 3)))
    .sort((a, b) => a.distance - b.distance)[0]?.name;
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** How many names a message lists. */
const LISTED = 12;

/** `a, b, c`, or `a, b, … and 30 more`. */
export function listNames(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  return `${names.slice(0, LISTED).join(', ') || 'nothing'}${more}`;
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const d = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array.from({ length: b.length }, () => 0)]);
  for (let j = 0; j <= b.length; j++) d[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      d[i][j] = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.length][b.length];
}
