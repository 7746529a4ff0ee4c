/** A map being made: how far it is, and what it looks like on the way. */
import type { JobOptions, Progress } from '@portolan/core/base';
import type { MapArgs, MapInfo, MapPreview } from '@portolan/core/workbench';
import { remoteControl } from '../../client/index.ts';
import { frameOf } from '../frame.ts';
import { sentence } from '../sentence.ts';
import { flat } from './chart.svelte.ts';
import type { Points } from './chart.svelte.ts';
import { project } from './project.svelte.ts';
import { ui } from './ui.svelte.ts';
import { view } from './view.svelte.ts';

type State = 'idle' | 'running' | 'stopping' | 'done' | 'cancelled' | 'failed';

/** Where a person was when it began: there the map unfolds. */
interface Place {
  data: string | null;
  space: string | null;
  map: string | null;
}

class Mapping {
  state = $state<State>('idle');
  of = $state.raw<{ of: string; method: string } | null>(null);
  progress = $state.raw<Progress<MapPreview> | null>(null);
  /** what the method makes small, over the iterations, where it tells */
  losses = $state.raw<readonly { iteration: number; loss: number }[]>([]);
  error = $state<string | null>(null);

  active = $derived(this.state === 'running' || this.state === 'stopping');
  #preview = $state.raw<{ preview: MapPreview; data: string } | null>(null);
  #place = $state.raw<Place | null>(null);
  /** the map that unfolds is what is looked at */
  watched = $derived(
    this.#place !== null &&
      view.data === this.#place.data &&
      view.space === this.#place.space &&
      view.map === this.#place.map,
  );
  /** the points of the moment, while they are looked at */
  points: Points | null = $derived.by(() => {
    const { coordinates, rows = null } = this.#preview?.preview ?? {};
    if (!this.active || !this.watched || !coordinates) return null;
    const key = rows ? `${this.#preview!.data} part` : this.#preview!.data;
    return { coordinates: flat(coordinates), rows, key };
  });

  #control = remoteControl();
  #abort = new AbortController();

  async start(args: MapArgs): Promise<void> {
    const { client } = project;
    if (!client || this.active) return;
    this.#begin(args.of, args.method);
    await this.#follow(client.map(args, this.#job()));
  }

  /** Joins a map that an earlier page began. */
  async rejoin(): Promise<void> {
    const { client } = project;
    const jobs = (await client?.jobs().catch(() => [])) ?? [];
    const job = jobs.findLast((j) => j.verb === 'map' && j.state === 'running');
    if (!client || !job || this.active) return;
    this.#begin(String(job.args.of), String(job.args.method));
    await this.#follow(client.attach(job.id, this.#job() as JobOptions) as Promise<MapInfo>);
  }

  /** Ends it and keeps the map as far as it has come. */
  stop(): void {
    this.state = 'stopping';
    this.#control.stop();
  }

  /** Ends it and keeps nothing. */
  cancel(): void {
    this.#abort.abort();
  }

  #job(): JobOptions<MapPreview> {
    return { signal: this.#abort.signal, control: this.#control, onProgress: (progress) => this.#note(progress) };
  }

  #begin(of: string, method: string): void {
    this.#control = remoteControl();
    this.#abort = new AbortController();
    this.of = { of, method };
    this.#place = { data: view.data, space: view.space, map: view.map };
    this.#preview = null;
    this.state = 'running';
    this.progress = null;
    this.losses = [];
    this.error = null;
    ui.said = 'The map is being made';
  }

  async #follow(job: Promise<MapInfo>): Promise<void> {
    try {
      const made = await job;
      await project.refresh();
      const { watched } = this;
      ui.said = `Mapped: ${made.id}`;
      // a map of rows stands for itself; a space beside it would say that its codes were mapped
      // of several in one frame the last is the one that the others lead up to
      const last = made.frame ? (frameOf(made, project.maps).at(-1) ?? made) : made;
      if (watched) view.goTo({ space: last.space ?? null, map: last.id });
      this.state = 'done';
    } catch (error) {
      this.state = this.#abort.signal.aborted ? 'cancelled' : 'failed';
      if (this.state === 'cancelled') ui.said = 'The map was cancelled';
      else {
        ui.said = this.error = sentence(error);
        ui.panel ??= 'map'; // where the options are as they were, with what is wrong beside them
      }
    }
  }

  #note(progress: Progress<MapPreview>): void {
    const { detail } = progress;
    this.progress = detail || !this.progress?.detail ? progress : { ...progress, detail: this.progress.detail };
    if (!detail) return;
    if (detail.coordinates) {
      const data = project.spaceOf(this.of!.of)?.data ?? this.of!.of;
      this.#preview = { preview: detail, data };
    }
    if (detail.loss !== undefined && detail.iteration > (this.losses.at(-1)?.iteration ?? -1)) {
      this.losses = [...this.losses, { iteration: detail.iteration, loss: detail.loss }];
    }
  }
}

export const mapping = new Mapping();
