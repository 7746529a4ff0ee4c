/** What is looked at: undone, redone, kept in the address. Every change goes through here. */
import { fromAddress, samePin, START, toAddress, type Pin, type ViewState } from '../address.ts';
import { amend, commit, history, redo, undo, type History } from '../history.ts';

type Whereabouts = Partial<Pick<ViewState, 'data' | 'space' | 'map'>>;

class View {
  #history = $state.raw<History<ViewState>>(history(START));
  /** how often the state came from elsewhere (undo, link): the map then moves its camera to it */
  arrivals = $state(0);

  now: ViewState = $derived(this.#history.present);

  // field by field, so that who looks at one isn't told of changes to another
  data = $derived(this.now.data);
  space = $derived(this.now.space);
  map = $derived(this.now.map);
  color = $derived(this.now.color);
  beside = $derived(this.now.beside);
  scale = $derived(this.now.scale);
  tints = $derived(this.now.tints);
  filters = $derived(this.now.filters);
  pins = $derived(this.now.pins);
  selection = $derived(this.now.selection);
  camera = $derived(this.now.camera);
  words = $derived(this.now.words);
  thumbnails = $derived(this.now.thumbnails);
  backdrop = $derived(this.now.backdrop);
  density = $derived(this.now.density);
  edges = $derived(this.now.edges);

  canUndo = $derived(this.#history.past.length > 0);
  canRedo = $derived(this.#history.future.length > 0);

  /** Takes the state from the address, and follows it when a person changes it. */
  start(defaults: Partial<ViewState>): void {
    this.#history = history({ ...START, ...defaults, ...known(fromAddress(location.hash)) });
    this.arrivals++;
    addEventListener('hashchange', () => {
      if (location.hash.slice(1) === toAddress(this.now)) return;
      this.#history = commit(this.#history, fromAddress(location.hash));
      this.arrivals++;
    });
    this.#write();
  }

  /** A step that can be undone; steps of one `kind` in a row are one. */
  set(change: Partial<ViewState>, kind: string | null = null): void {
    this.#history = commit(this.#history, { ...this.now, ...change }, kind);
    this.#write();
  }

  /** A change that isn't the person's: no step. */
  amend(change: Partial<ViewState>): void {
    this.#history = amend(this.#history, { ...this.now, ...change });
    this.#write();
  }

  undo(): void {
    this.#history = undo(this.#history);
    this.arrivals++;
    this.#write();
  }

  redo(): void {
    this.#history = redo(this.#history);
    this.arrivals++;
    this.#write();
  }

  togglePin(pin: Pin): void {
    const others = this.now.pins.filter((other) => !samePin(other, pin));
    this.set({ pins: others.length < this.now.pins.length ? others : [...this.now.pins, pin] });
  }

  /**
   * Goes to other data, another space or map; what belongs to the one before is let go.
   * @param step  whether it can be undone; off for what the program does
   */
  goTo(where: Whereabouts, { step = true } = {}): void {
    const { data, space, map } = this.now;
    const next = { data, space, map, ...where };
    const sameData = next.data === data;
    if (sameData && next.space === space && next.map === map) return;
    const change: Partial<ViewState> = {
      ...where,
      camera: null,
      pins: this.now.pins.filter((pin) => sameData && pin.kind === 'sample'),
      ...(!sameData && {
        beside: null,
        color: undefined,
        filters: [],
        tints: [],
        selection: [],
        words: undefined,
        thumbnails: false,
      }),
    };
    if (step) this.set(change);
    else this.amend(change);
  }

  #writing = 0;
  #write(): void {
    clearTimeout(this.#writing);
    this.#writing = window.setTimeout(() => {
      const address = toAddress(this.now);
      if (address !== location.hash.slice(1)) window.history.replaceState(null, '', `#${address}`);
    }, 120);
  }
}

/** The fields that the address really says, so that defaults fill the rest. */
function known(state: ViewState): Partial<ViewState> {
  return Object.fromEntries(Object.entries(state).filter(([key, value]) => value !== START[key as keyof ViewState]));
}

export const view = new View();
