/** What is open on the page: a panel, the drawer, a dialog. Nothing of it is worth undoing or sending. */
export const VERBS = ['data', 'learn', 'map', 'travel', 'order', 'judge', 'use'] as const;
export type Verb = (typeof VERBS)[number];

const HINTED = 'portolan-hinted';

class Ui {
  panel = $state<Verb | null>(null);
  /** the inspector, where it is a drawer */
  drawer = $state(false);
  help = $state(false);
  search = $state(false);
  /** the sheet to draw data on */
  drawing = $state(false);
  /** the measuring of this machine */
  machine = $state(false);
  strip = $state<'learning' | 'filter' | 'selection' | null>(null);
  /** said to screen readers when it changes */
  said = $state('');
  /** one line that says what to try next, shown once */
  hint = $state<string | null>(null);

  /** Shows a hint unless this browser has seen one. */
  hintOnce(text: string): void {
    try {
      if (localStorage.getItem(HINTED)) return;
      localStorage.setItem(HINTED, 'yes');
    } catch {
      // then it is shown again next time
    }
    this.hint = text;
  }

  toggle(verb: Verb): void {
    this.panel = this.panel === verb ? null : verb;
    this.drawer = false; // where it is one, both together would leave nothing of the map
  }
}

export const ui = new Ui();
