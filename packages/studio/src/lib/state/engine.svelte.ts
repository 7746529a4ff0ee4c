/** Where the static site learns: on the processor, or on the graphics card if there is one. Kept in this browser. */
import { engineSentence, keepWebGpu, wantsWebGpu } from '../engine.ts';
import { sentence } from '../sentence.ts';
import { project } from './project.svelte.ts';

class Engine {
  webgpu = $state(wantsWebGpu());
  busy = $state(false);
  error = $state<string | null>(null);
  #name = $state<string | null>(null);
  /** what runs where, in a sentence */
  about = $derived(this.error ?? engineSentence(this.#name ?? project.info?.runtime ?? '', this.webgpu));

  async set(webgpu: boolean): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      this.#name = (await project.client?.useWebGpu?.(webgpu)) ?? null;
      this.webgpu = webgpu;
      keepWebGpu(webgpu);
    } catch (error) {
      this.error = sentence(error);
    } finally {
      this.busy = false;
    }
  }
}

export const engine = new Engine();
