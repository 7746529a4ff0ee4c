/** The project: the Workbench that we talk to, and what there is in it. */
import type {
  DataInfo,
  ItemInfo,
  MapInfo,
  MethodInfo,
  ProjectInfo,
  PublicDataInfo,
  SpaceInfo,
  ZooEntry,
} from '@portolan/core/workbench';
import { connect, type WorkbenchClient } from '../../client/index.ts';
import { wantsWebGpu } from '../engine.ts';
import { sentence } from '../sentence.ts';

class Project {
  client = $state.raw<WorkbenchClient | null>(null);
  info = $state.raw<ProjectInfo | null>(null);
  items = $state.raw<readonly ItemInfo[]>([]);
  spaceMethods = $state.raw<readonly MethodInfo[]>([]);
  mapMethods = $state.raw<readonly MethodInfo[]>([]);
  /** ways to make data */
  generators = $state.raw<readonly MethodInfo[]>([]);
  /** spaces that come with Portolan */
  zoo = $state.raw<readonly ZooEntry[]>([]);
  /** public data sets that can be downloaded */
  publicData = $state.raw<readonly PublicDataInfo[]>([]);
  error = $state<string | null>(null);

  data: readonly DataInfo[] = $derived(this.items.filter((item) => item.kind === 'data'));
  spaces: readonly SpaceInfo[] = $derived(this.items.filter((item) => item.kind === 'space'));
  maps: readonly MapInfo[] = $derived(this.items.filter((item) => item.kind === 'map'));

  async open(): Promise<void> {
    try {
      this.error = null;
      const client = await connect({ webgpu: wantsWebGpu() });
      const [info, items] = await Promise.all([client.project(), client.list()]);
      this.info = info;
      this.items = items;
      this.client = client;
      void this.#loadMethods(client);
    } catch (error) {
      this.error = sentence(error);
    }
  }

  /** The zoo is read by who shows it first. */
  async loadZoo(): Promise<void> {
    if (!this.client || this.zoo.length > 0) return;
    this.zoo = await this.client.zoo().catch(() => []); // without it there is only less to choose from
  }

  /** What learns and maps is loaded while the page is there already. */
  async #loadMethods(client: WorkbenchClient): Promise<void> {
    try {
      const { spaces, maps, data, publicData = [] } = await client.methods();
      this.spaceMethods = spaces;
      this.mapMethods = maps;
      this.generators = data;
      this.publicData = publicData;
    } catch (error) {
      this.error = sentence(error);
    }
  }

  async refresh(): Promise<void> {
    if (this.client) this.items = await this.client.list();
  }

  async remove(id: string): Promise<void> {
    await this.client?.remove({ id });
    await this.refresh();
  }

  dataOf(id: string | null): DataInfo | undefined {
    return this.data.find((item) => item.id === id);
  }

  spaceOf(id: string | null): SpaceInfo | undefined {
    return this.spaces.find((item) => item.id === id);
  }

  /** A map's method as people write it: t-SNE. */
  titleOf({ method }: MapInfo): string {
    return this.mapMethods.find(({ name }) => name === method)?.title ?? method;
  }

  mapOf(id: string | null): MapInfo | undefined {
    return this.maps.find((item) => item.id === id);
  }
}

export const project = new Project();
