/** The page's keys, where nothing is being typed and nothing else wants them. */
import { commandOf, type Command } from './keyboard.ts';
import { learning } from './state/learning.svelte.ts';
import { handle } from './state/map-handle.svelte.ts';
import { pins } from './state/pins.svelte.ts';
import { ui, VERBS } from './state/ui.svelte.ts';
import { view } from './state/view.svelte.ts';

/** @returns a function that ends the listening */
export function listenForKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isTyping(event.target)) return;
    const command = commandOf(event);
    if (!command || !mayTake(command, event.target)) return;
    if (obey(command, event)) event.preventDefault();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
}

function obey(command: Command, event: KeyboardEvent): boolean {
  switch (command) {
    case 'undo':
      view.undo();
      return true;
    case 'redo':
      view.redo();
      return true;
    case 'search':
      ui.search = true;
      return true;
    case 'help':
      ui.help = true;
      return true;
    case 'pin':
      pins.pinSight();
      return true;
    case 'close':
      if (ui.panel) ui.panel = null;
      else if (ui.drawer) ui.drawer = false;
      else if (view.selection.length > 0) view.set({ selection: [] });
      return true;
    case 'left':
    case 'right':
    case 'up':
    case 'down':
    case 'zoom-in':
    case 'zoom-out':
    case 'fit':
      return toMap(event);
    case 'play':
    case 'slow':
    case 'step-round':
    case 'step-discriminator':
    case 'step-generator':
      return toGame(command);
    default:
      ui.toggle(VERBS[Number(command.slice(-1)) - 1]);
      return true;
  }
}

/** To two who learn against each other, where there are some. */
function toGame(command: 'play' | 'slow' | `step-${string}`): boolean {
  if (!learning.players || learning.state === 'stopping') return false;
  if (command === 'slow') learning.slow();
  else if (command !== 'play') learning.step(command.slice('step-'.length));
  else if (learning.motion === 'held') learning.resume();
  else learning.pause();
  return true;
}

/** The map knows its own keys: it gets the focus, and the key. */
function toMap(event: KeyboardEvent): boolean {
  const map = document.querySelector<HTMLElement>('[aria-roledescription="map"]');
  if (!map || !handle.map || map.contains(event.target as Node)) return false;
  map.focus();
  map.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, shiftKey: event.shiftKey, bubbles: false }));
  return true;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest(
      'input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [role=dialog], [role=menu]',
    ) !== null
  );
}

/** Arrows belong to sliders and lists, the space bar to whatever has the focus. */
function mayTake(command: Command, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || target === document.body) return true;
  if (command === 'pin') return target.closest('[aria-roledescription="map"]') !== null;
  if (['left', 'right', 'up', 'down'].includes(command)) {
    return target.closest('[type=range], [type=radio], [role=toolbar], [role=region]') === null;
  }
  return true;
}
