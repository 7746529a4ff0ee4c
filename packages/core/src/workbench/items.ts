/**
 * The items of a project, packs among them: finding one by its id, whatever its kind, and keeping a new one under a
 * readable id that nobody else has.
 */
import { InputError, StoreError, didYouMean, isAbort, listNames } from '../base/index.ts';
import { parseInfo } from './item-info.ts';
import { packInfo } from './packs.ts';
import type { Packs } from './packs.ts';
import { beginProject, jsonBytes, readProject } from './project.ts';
import { INFO_FILE, ITEM_NAME, SHELVES } from './store.ts';
import type { FileBytes, Store } from './store.ts';
import type { DataInfo, ItemInfo, Kind } from './workbench.ts';

export const KINDS = Object.keys(SHELVES) as Kind[];

export type Items = ReturnType<typeof createItems>;

/** The pack that a first visit looks at, and that lists begin with. */
const FIRST_PACK = 'digits';

export function createItems({ store, packs, now }: { store: Store; packs?: Packs; now: () => Date }) {
  let ready: Promise<void> | undefined;

  /** Looks at the mark before anything else, and again after a failure. */
  function open(): Promise<void> {
    ready ??= (async () => {
      if (await readProject(store)) await store.sweep();
    })().catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  }

  async function packIds(): Promise<string[]> {
    const ids = packs ? await packs.list() : [];
    return [...ids.filter((id) => id === FIRST_PACK), ...ids.filter((id) => id !== FIRST_PACK)];
  }

  async function readInfo(kind: Kind, id: string): Promise<ItemInfo> {
    const what = `${SHELVES[kind]}/${id}/${INFO_FILE}`;
    const source = await store.open(SHELVES[kind], id, INFO_FILE);
    return { ...parseInfo(await source.slice(0), kind, what), id };
  }

  /**
   * Says of data sets that came with a space which it is. It is the space that names its data, so that a new id of
   * either, as an import gives, needs no second place to be kept.
   */
  async function tellSpaces(items: ItemInfo[]): Promise<void> {
    const owned = items.filter((item) => item.kind === 'data' && item.itemsOf !== undefined) as DataInfo[];
    if (owned.length === 0) return;
    const spaces: ItemInfo[] = items.filter(({ kind }) => kind === 'space');
    if (spaces.length === 0) {
      for (const id of await store.list(SHELVES.space)) {
        const space = await readInfo('space', id).catch(() => undefined); // a damaged one is told of by list
        if (space) spaces.push(space);
      }
    }
    for (const data of owned) {
      const space = spaces.find(
        (item) => item.kind === 'space' && item.data === data.id && item.learnedFrom !== data.id,
      );
      data.itemsOf = { what: data.itemsOf!.what, ...(space && { space: space.id }) };
    }
  }

  /** Every item, packs first, then by age; and a sentence about each that could not be read. */
  async function list(kind?: Kind): Promise<{ items: ItemInfo[]; warnings: string[] }> {
    await open();
    const items: ItemInfo[] = [];
    const warnings: string[] = [];
    for (const shelf of kind ? [kind] : KINDS) {
      for (const id of await store.list(SHELVES[shelf])) {
        try {
          items.push(await readInfo(shelf, id));
        } catch (error) {
          if (isAbort(error) || isMissing(error)) continue; // removed while we looked
          warnings.push(error instanceof Error ? error.message : String(error));
        }
      }
    }
    await tellSpaces(items);
    items.sort((a, b) => compare(a.created, b.created) || compare(a.id, b.id));
    const own = new Set(items.map((item) => item.id));
    const packed = kind && kind !== 'data' ? [] : (await packIds()).filter((id) => !own.has(id));
    return { items: [...(await Promise.all(packed.map((id) => packInfo(packs!, id)))), ...items], warnings };
  }

  /** @throws InputError `no-such-item` that lists what there is */
  async function find(id: string): Promise<ItemInfo> {
    await open();
    if (ITEM_NAME.test(id)) {
      for (const kind of KINDS) {
        try {
          const info = await readInfo(kind, id);
          await tellSpaces([info]);
          return info;
        } catch (error) {
          if (!isMissing(error)) throw error;
        }
      }
      if ((await packIds()).includes(id)) return packInfo(packs!, id);
    }
    const { items } = await list();
    const there = items.map((item) => item.id);
    throw new InputError(
      `there is no ${JSON.stringify(id)} in the project${didYouMean(id, there)}; there is: ${listNames(there)}`,
      {
        code: 'no-such-item',
        details: { id, there },
      },
    );
  }

  /** @throws InputError `wrong-kind` too, when the item is of another kind */
  async function findKind<K extends Kind>(id: string, kind: K): Promise<Extract<ItemInfo, { kind: K }>> {
    const info = await find(id);
    if (info.kind === kind) return info as Extract<ItemInfo, { kind: K }>;
    const { items } = await list(kind);
    const there = items.map((item) => item.id);
    throw new InputError(
      `${id} is a ${TITLES[info.kind]}, expected a ${TITLES[kind]}: ${there.length > 0 ? listNames(there) : 'there is none yet'}`,
      { code: 'wrong-kind', details: { id, kind: info.kind, expected: kind } },
    );
  }

  async function isTaken(id: string): Promise<boolean> {
    if ((await packIds()).includes(id)) return true;
    for (const kind of KINDS) if ((await store.list(SHELVES[kind])).includes(id)) return true;
    return false;
  }

  /**
   * Whether an item may have this id, asked before the work begins.
   * @throws InputError when it can't be one, or when it is taken
   */
  async function checkName(name: string | undefined): Promise<void> {
    await open();
    if (name === undefined) return;
    if (!ITEM_NAME.test(name)) {
      throw new InputError(
        `${JSON.stringify(name)} can't be a name: expected up to 80 small letters, digits, dots, dashes; try ${slug(name)}`,
        { code: 'bad-name' },
      );
    }
    if (await isTaken(name)) throw taken(name);
  }

  /**
   * Keeps a new item.
   * @param name  the id wanted: that one or none
   * @param base  the id otherwise; `base-2` and so on when it is taken
   * @param about  what else to say of it, once its id is known
   * @returns the info, with its id
   */
  async function add<I extends ItemInfo>(
    info: Omit<I, 'id'> & { kind: Kind },
    files: Readonly<Record<string, FileBytes>>,
    { name, base, about }: { name?: string; base: string; about?: (id: string) => Partial<I> },
  ): Promise<I> {
    await beginProject(store, now);
    for (let n = 1; ; n++) {
      const id = name ?? numbered(base, n);
      if (!(await isTaken(id))) {
        const whole = { id, ...info, ...about?.(id) } as unknown as I;
        try {
          await store.put(SHELVES[info.kind], id, { ...files, [INFO_FILE]: jsonBytes(whole) });
          return whole;
        } catch (error) {
          if (!(error instanceof StoreError && error.code === 'exists')) throw error;
        }
      }
      if (name !== undefined) throw taken(name);
    }
  }

  /** Damaged or not: an item whose info.json can't be read can be removed too. */
  async function remove(id: string): Promise<void> {
    await open();
    for (const kind of KINDS) {
      if ((await store.list(SHELVES[kind])).includes(id)) return store.remove(SHELVES[kind], id);
    }
    await find(id);
    throw new InputError(`${id} comes with Portolan and can't be removed`, { code: 'pack' });
  }

  return { open, list, find, findKind, checkName, add, remove };
}

const TITLES: Record<Kind, string> = { data: 'data set', space: 'space', map: 'map' };

export function isMissing(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'no-such-item';
}

/** A file's name → an id: `Faces of 2024.npy` → `faces-of-2024`. */
export function slug(name: string): string {
  const stem = name
    .replace(/^.*[/\\]/, '')
    .replace(/(\.(npy|npz|csv|tsv|jsonl?|parquet|idx|gz|safetensors|zip|png|jpe?g|webp|txt))+$/i, '');
  const plain = stem
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return plain.slice(0, 60).replace(/[^a-z0-9]+$/, '') || 'data';
}

function numbered(base: string, n: number): string {
  const suffix = n === 1 ? '' : `-${n}`;
  return base.slice(0, 80 - suffix.length) + suffix;
}

function taken(name: string): InputError {
  return new InputError(`the name ${name} is taken; remove it first, or choose another`, { code: 'exists' });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
