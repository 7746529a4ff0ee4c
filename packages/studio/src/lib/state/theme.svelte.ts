/** Light, dark, or as the system has it; kept in this browser. */
import { darkTheme, lightTheme, type MapTheme } from '@portolan/view';
import { rgb, type Rgb } from '../pictures.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
const KEY = 'portolan-theme';

class Theme {
  choice = $state<ThemeChoice>('system');
  #systemDark = $state(false);
  #motionless = $state(false);

  dark = $derived(this.choice === 'system' ? this.#systemDark : this.choice === 'dark');
  map: MapTheme = $derived(this.dark ? darkTheme : lightTheme);
  ink: Rgb = $derived(rgb(this.map.ink));
  /** whether movement should be left out */
  still = $derived(this.#motionless);

  constructor() {
    const stored = readStored();
    if (stored === 'light' || stored === 'dark') this.set(stored);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    this.#systemDark = dark.matches;
    this.#motionless = still.matches;
    dark.addEventListener('change', () => (this.#systemDark = dark.matches));
    still.addEventListener('change', () => (this.#motionless = still.matches));
  }

  /** A colour of tokens.css, for what is drawn without it. */
  token(name: `--${string}`): string {
    void this.dark;
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  set(choice: ThemeChoice): void {
    this.choice = choice;
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // a browser that keeps nothing still shows it for now
    }
  }
}

function readStored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export const theme = new Theme();
