/** What is drawn to become data; it stays while the sheet is closed. */
import { random } from '@portolan/core/base';
import { blobSource } from '../../client/index.ts';
import { brush, erase, spray, tooFew, toCsv, type Points } from '../drawing.ts';
import { sentence } from '../sentence.ts';
import { learnForm } from './forms.svelte.ts';
import { project } from './project.svelte.ts';
import { ui } from './ui.svelte.ts';
import { view } from './view.svelte.ts';

export const TOOLS = ['brush', 'spray', 'eraser'] as const;
export type DrawTool = (typeof TOOLS)[number];

/** Points of a puff of the spray can. */
const PUFF = 12;
const MAX_STEPS_BACK = 100;

class Drawing {
  points = $state.raw<Points>([]);
  tool = $state<DrawTool>('brush');
  ink = $state(0);
  /** of the brush, the spray's disc and the eraser, in units of the sheet */
  size = $state(0.4);
  name = $state('drawing');
  busy = $state(false);
  error = $state<string | null>(null);

  problem = $derived(tooFew(this.points));
  #past = $state.raw<readonly Points[]>([]);
  #future = $state.raw<readonly Points[]>([]);
  canUndo = $derived(this.#past.length > 0);
  canRedo = $derived(this.#future.length > 0);

  #rng = random(0);

  /** Remembers how it was, to go back to: at the beginning of each stroke. */
  begin(): void {
    this.#past = [...this.#past.slice(1 - MAX_STEPS_BACK), this.points];
    this.#future = [];
    this.error = null;
  }

  /** Moves the chosen tool over the sheet. */
  stroke(from: { x: number; y: number }, to: { x: number; y: number }): void {
    if (this.tool === 'eraser') this.points = erase(this.points, from, to, this.size);
    else if (this.tool === 'spray') this.points = spray(this.points, to, 2 * this.size, this.ink, PUFF, this.#rng);
    else this.points = brush(this.points, from, to, this.size, this.ink, this.#rng);
  }

  /** Puts something else in its place. */
  replace(points: Points): void {
    this.begin();
    this.points = points;
    ui.said = `${points.length} points`;
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#future = [...this.#future, this.points];
    this.#past = this.#past.slice(0, -1);
    this.points = before;
  }

  redo(): void {
    const after = this.#future.at(-1);
    if (!after) return;
    this.#past = [...this.#past, this.points];
    this.#future = this.#future.slice(0, -1);
    this.points = after;
  }

  /** Makes it a data set like any other, and goes to learning from it. */
  async keep(): Promise<void> {
    const { client } = project;
    if (!client || this.busy || this.problem !== undefined) return;
    this.busy = true;
    this.error = null;
    try {
      const { text, label } = toCsv(this.points);
      const name = this.name.trim() || 'drawing';
      const file = blobSource(new Blob([text], { type: 'text/csv' }), 'drawing.csv');
      const info = await client.addData({ files: [file], name, ...(label && { label }) });
      await project.refresh();
      ui.said = `Added ${info.id}: ${info.nSamples} points`;
      ui.drawing = false;
      learnForm.recipe = '';
      learnForm.any = false;
      view.goTo({ data: info.id, space: null, map: null });
      ui.panel = 'learn';
    } catch (error) {
      this.error = sentence(error);
    } finally {
      this.busy = false;
    }
  }
}

export const drawing = new Drawing();
