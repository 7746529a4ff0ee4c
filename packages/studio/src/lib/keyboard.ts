/** The keys, in one table: the page listens by it and the help dialog shows it. */
export type Command =
  | 'search'
  | 'pin'
  | 'undo'
  | 'redo'
  | 'help'
  | 'close'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'zoom-in'
  | 'zoom-out'
  | 'fit'
  | 'play'
  | 'slow'
  | 'step-round'
  | 'step-discriminator'
  | 'step-generator'
  | `verb-${1 | 2 | 3 | 4 | 5 | 6 | 7}`;

export const KEYS: readonly { keys: string; does: string }[] = [
  { keys: '1 … 7', does: 'open a verb’s panel: Data, Learn, Map, Travel, Order, Judge, Use' },
  { keys: '/', does: 'search samples by what their columns say' },
  { keys: '← → ↑ ↓', does: 'travel from sample to sample' },
  { keys: 'space', does: 'pin what is under the lens' },
  { keys: 'shift drag', does: 'select samples by drawing around them' },
  { keys: '+  −  0', does: 'zoom in, zoom out, show the whole map' },
  { keys: 'k, s', does: 'while two learn against each other: pause or go on; slow motion' },
  { keys: 'd, g, b', does: 'one step of the discriminator, of the generator, of both' },
  { keys: 'z', does: 'undo' },
  { keys: 'shift z', does: 'redo' },
  { keys: 'esc', does: 'close what is open; clear the selection' },
  { keys: '?', does: 'show these keys' },
];

interface Stroke {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const PLAIN: Record<string, Command> = {
  '/': 'search',
  ' ': 'pin',
  '?': 'help',
  Escape: 'close',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  '+': 'zoom-in',
  '=': 'zoom-in',
  '-': 'zoom-out',
  '0': 'fit',
  k: 'play',
  s: 'slow',
  b: 'step-round',
  d: 'step-discriminator',
  g: 'step-generator',
};

/** What a key stroke means, if anything. Ctrl or ⌘ with z works too, as everywhere. */
export function commandOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Stroke): Command | undefined {
  if (altKey) return undefined;
  if (key.toLowerCase() === 'z') return shiftKey ? 'redo' : 'undo';
  if (ctrlKey || metaKey) return undefined;
  if (/^[1-7]$/.test(key)) return `verb-${key}` as Command;
  return PLAIN[key];
}
