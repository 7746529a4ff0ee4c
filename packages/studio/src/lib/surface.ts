/** A critic's surface as shades: between what it believes least and most, however sure it is of either. */

/** A game that goes well leaves the critic unsure: differences smaller than this are drawn as little as they are. */
const LEAST_SPAN = 0.05;

export function believedRange(values: Float32Array): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const room = Math.max(0, LEAST_SPAN - (most - least)) / 2;
  return [least - room, most + room];
}
