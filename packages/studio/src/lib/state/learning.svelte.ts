/** A space being learned: where it is, how its losses run, what its map and its pictures looked like on the way. */
import type { JobOptions, Progress, Options, StepOf } from '@portolan/core/base';
import type { LearnDetail, LearnPreview } from '@portolan/core/spaces';
import type { SpaceInfo } from '@portolan/core/workbench';
import { remoteControl } from '../../client/index.ts';
import { addDetail, emptyCurves, fromHistory, type Curves } from '../curves.ts';
import { sentence } from '../sentence.ts';
import type { Points } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { ui } from './ui.svelte.ts';
import { view } from './view.svelte.ts';

export interface Moment extends LearnPreview {
  epoch: number;
  /** epochs passed, with their fraction */
  at: number;
}

const HINT =
  'Move over the map: the lens shows what lives at every place, between samples too. Rest on a sample to see its true neighbours; click to pin.';

/** Steps a second that slow motion may have. */
export const PACES = [1, 3, 10] as const;

type State = 'idle' | 'running' | 'paused' | 'stopping' | 'done' | 'cancelled' | 'failed';

class Learning {
  state = $state<State>('idle');
  /** what is learned, and from what */
  of = $state.raw<{ data: string; method: string } | null>(null);
  progress = $state.raw<Progress<LearnDetail> | null>(null);
  curves = $state.raw<Curves>(emptyCurves());
  moments = $state.raw<readonly Moment[]>([]);
  /** the moment that the time line stands on; null for the newest, or the finished map */
  standing = $state<number | null>(null);
  result = $state.raw<SpaceInfo | null>(null);
  error = $state<string | null>(null);
  /** steps a second, in slow motion */
  pace = $state<number>(PACES[1]);
  /** slow motion: the job is paused then, and asked for one step after the other */
  #slow = $state(false);

  active = $derived(this.state === 'running' || this.state === 'paused' || this.state === 'stopping');
  motion: 'on' | 'slow' | 'held' = $derived(this.#slow ? 'slow' : this.state === 'paused' ? 'held' : 'on');
  moment: Moment | null = $derived(
    this.standing !== null ? (this.moments[this.standing] ?? null) : this.active ? (this.moments.at(-1) ?? null) : null,
  );
  /** two who learn against each other, while they do: how often each has stepped, and who is next */
  players = $derived((this.active && this.progress?.detail?.players) || null);
  /** that moment, where there is no map to it yet: what was made of nothing is what to look at */
  made: Moment | null = $derived(this.moment?.samples && this.moment.coordinates.rows === 0 ? this.moment : null);
  /** the map at that moment */
  points: Points | null = $derived.by(() => {
    if (!this.moment || !this.of || this.made) return null;
    const { coordinates, indices, names } = this.moment;
    const key = `${this.of.data} subset`;
    // words of a text become the rows of data of their own, once they are learned
    return names && !this.result ? { coordinates, rows: null, names, key } : { coordinates, rows: indices, key };
  });
  /** the data that its points are of */
  data: string | null = $derived(this.result?.data ?? this.of?.data ?? null);

  /** the space that was looked at before, of the same data */
  #from: { space: string | null; map: string | null } | null = null;
  #control = remoteControl();
  #abort = new AbortController();
  /** whether what slow motion asked for last has been told */
  #answered = true;
  #slowing = 0;

  async start(data: string, method: string, options: Partial<Options>, checkpoints?: number): Promise<void> {
    const { client } = project;
    if (!client || this.active) return;
    this.#begin(data, method);
    this.#from = view.data === data ? { space: view.space, map: view.map } : null;
    this.watch();
    await this.#follow(client.learn({ data, method, options, checkpoints }, this.#job()));
  }

  /** Joins a learning job that an earlier page began. */
  async rejoin(): Promise<void> {
    const { client } = project;
    const jobs = (await client?.jobs().catch(() => [])) ?? [];
    const job = jobs.findLast((j) => j.verb === 'learn' && (j.state === 'running' || j.state === 'paused'));
    if (!client || !job || this.active) return;
    this.#begin(String(job.args.data), String(job.args.method));
    if (job.state === 'paused') this.state = 'paused';
    view.amend({ data: String(job.args.data), space: null, map: null });
    await this.#follow(client.attach(job.id, this.#job() as JobOptions) as Promise<SpaceInfo>);
  }

  /** The map that is unfolding is what is looked at. */
  watched = $derived(this.of !== null && view.data === this.of.data && view.space === null);

  /** What was made is shown where the map will be. */
  pictured = $derived(this.made !== null && (this.active ? this.watched : view.space === (this.result?.id ?? null)));

  watch(): void {
    if (this.of) view.goTo({ data: this.of.data, space: null, map: null });
  }

  pause(): void {
    this.#slow = false;
    this.#control.pause();
    if (this.state === 'running') this.state = 'paused';
  }

  resume(): void {
    this.#slow = false;
    this.#control.resume();
    if (this.state === 'paused') this.state = 'running';
  }

  /** A little and no more: a unit, a round, or one player's step, which the schedule does not count. */
  step(of: StepOf): void {
    if (!this.players || this.state === 'stopping') return;
    this.#slow = false;
    this.#step(of);
  }

  /** `pace` steps a second, by turns. */
  slow(): void {
    if (!this.players || this.state === 'stopping') return;
    this.#slow = true;
    this.#answered = true;
    clearTimeout(this.#slowing);
    this.#goSlowly();
  }

  #step(of: StepOf): void {
    this.standing = null;
    this.#control.step(of);
    if (this.state === 'running') this.state = 'paused';
  }

  #goSlowly(): void {
    if (!this.#slow || !this.active) return;
    if (this.#answered) {
      this.#answered = false;
      this.#step('unit');
    }
    this.#slowing = window.setTimeout(() => this.#goSlowly(), 1000 / this.pace);
  }

  /** Ends learning and keeps what is done. */
  stop(): void {
    this.#slow = false;
    this.state = 'stopping';
    this.#control.stop();
  }

  /** Ends learning and keeps nothing. */
  cancel(): void {
    this.#abort.abort();
  }

  /** Another space is looked at: its history, if it was not learned just now. */
  showHistory(space: SpaceInfo | null): void {
    if (this.active || (space && this.result?.id === space.id)) return;
    if (!space && this.state === 'failed') return;
    this.state = 'idle';
    this.moments = [];
    this.standing = null;
    this.result = null;
    this.error = null;
    this.curves = space ? fromHistory(space.history) : emptyCurves();
  }

  #job(): JobOptions<LearnDetail> {
    return {
      signal: this.#abort.signal,
      control: this.#control,
      onProgress: (progress) => this.#note(progress),
    };
  }

  #begin(data: string, method: string): void {
    this.#control = remoteControl();
    this.#abort = new AbortController();
    this.of = { data, method };
    this.state = 'running';
    this.progress = null;
    this.#slow = false;
    this.curves = emptyCurves();
    this.moments = [];
    this.standing = null;
    this.result = null;
    this.error = null;
    this.#from = null;
    ui.hint = null;
    ui.strip = 'learning';
    ui.said = 'Learning has begun';
  }

  async #follow(job: Promise<SpaceInfo>): Promise<void> {
    try {
      const space = await job;
      await project.refresh();
      const { watched } = this;
      this.result = space;
      this.state = 'done';
      this.standing = null;
      ui.said = `Learned: ${space.id}`;
      if (!watched) return;
      // words of a text, users and items are data of their own
      view.goTo({ data: space.data, space: space.id, map: null }, { step: false });
      ui.hintOnce(HINT);
    } catch (error) {
      if (this.#abort.signal.aborted) {
        this.state = 'cancelled';
        this.moments = [];
        this.curves = emptyCurves();
        ui.strip = null;
        if (this.watched && this.#from) view.goTo(this.#from, { step: false });
        ui.said = 'Learning was cancelled';
      } else {
        this.state = 'failed';
        this.error = sentence(error);
        ui.said = this.error;
        ui.panel ??= 'learn'; // where the options are as they were, with what is wrong beside them
      }
    }
  }

  #note(progress: Progress<LearnDetail>): void {
    const { detail } = progress;
    this.#answered = true;
    this.progress = detail || !this.progress?.detail ? progress : { ...progress, detail: this.progress.detail };
    if (!detail) return;
    if (this.#slow && !detail.players) this.resume(); // their game is over
    // steps that a player made alone are not done by the schedule, but time has passed with them
    const passed = detail.players ? Object.values(detail.players.steps).reduce((a, b) => a + b) : progress.done;
    const at = (passed / progress.total) * detail.nEpochs;
    this.curves = addDetail(this.curves, at, detail);
    if (detail.preview) this.moments = [...this.moments, { ...detail.preview, epoch: detail.epoch, at }];
  }
}

export const learning = new Learning();
