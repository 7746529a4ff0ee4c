/**
 * A project as one zip, laid out as its folder is, and back. Both go item by item, so that no more than one item and
 * the zip itself are in memory.
 */
import { Zip, ZipPassThrough, unzipSync } from 'fflate';
import { FormatError, InputError, stopwatch } from '../base/index.ts';
import type { JobOptions } from '../base/index.ts';
import { deflater } from '../data/index.ts';
import type { ByteSource } from '../data/index.ts';
import type { Desk } from './desk.ts';
import { parseInfo } from './item-info.ts';
import { KINDS } from './items.ts';
import { markBytes, parseMark } from './project.ts';
import { FILE_NAME, INFO_FILE, ITEM_NAME, SHELVES, joined } from './store.ts';
import type { ItemInfo, Kind, MapInfo, SpaceInfo } from './workbench.ts';

const MARK = 'portolan.json';
const PIECE_BYTES = 2 ** 20;
/** Compressed already. */
const PACKED = /\.(parquet|onnx|png|jpg|zip|gz)$/;

/** A file that is packed on its way into the zip; fflate's own stream spoils some that begin with zeros (see `deflater`). */
class PackedEntry extends ZipPassThrough {
  override compression = 8;
  private pieces: Uint8Array[] = [];
  private readonly packer = deflater(6, (piece) => this.pieces.push(piece));

  protected override process(chunk: Uint8Array, final: boolean): void {
    this.packer.push(chunk, final);
    const packed = joined(this.pieces);
    this.pieces = [];
    this.ondata(null, packed, final);
  }
}

/** The bytes of the zip. Packs are not in it: every Portolan has them. */
export async function exportProject(
  { store, items, now }: Desk,
  { ids }: { ids?: string[] } = {},
  { signal, onProgress }: JobOptions = {},
): Promise<Uint8Array> {
  const chosen = ids ? await Promise.all(ids.map((id) => items.find(id))) : (await items.list()).items;
  const files: { path: string; source: ByteSource }[] = [];
  for (const item of chosen) {
    if (item.kind === 'data' && item.pack) continue;
    const shelf = SHELVES[item.kind];
    for (const { name } of await store.files(shelf, item.id)) {
      files.push({ path: `${shelf}/${item.id}/${name}`, source: await store.open(shelf, item.id, name) });
    }
  }

  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  const clock = stopwatch();
  const total = files.reduce((sum, { source }) => sum + source.byteLength, 0);
  const mtime = now();
  let done = 0;
  const mark = new ZipPassThrough(MARK);
  mark.mtime = mtime;
  zip.add(mark);
  mark.push(markBytes(now), true);
  for (const { path, source } of files) {
    const entry = PACKED.test(path) ? new ZipPassThrough(path) : new PackedEntry(path);
    entry.mtime = mtime;
    zip.add(entry);
    for (let at = 0; at < source.byteLength; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      const piece = await source.slice(at, Math.min(at + PIECE_BYTES, source.byteLength));
      entry.push(piece.slice());
      done += piece.byteLength;
      onProgress?.({ phase: 'packing', ...clock.read(done, total) });
    }
    entry.push(new Uint8Array(0), true);
  }
  zip.end();
  return joined(pieces);
}

/**
 * Items of the zip → items of the project, data first, so that what refers to it can follow its new id. All of them are
 * looked at before the first is kept.
 */
export async function importProject(
  { items }: Desk,
  { zip }: { zip: ByteSource },
  { signal, onProgress }: JobOptions = {},
): Promise<{ ids: string[] }> {
  await items.open();
  const { name } = zip;
  const bytes = await zip.slice(0);
  const mark = unpack(bytes, name, (path) => path === MARK)[MARK];
  if (!mark) {
    throw new InputError(`${name} has no ${MARK}: it is not a Portolan project; to add a zip of images use data add`, {
      code: 'not-a-project',
    });
  }
  parseMark(mark, `${name}: ${MARK}`);

  const found = itemsOf(bytes, name).map((item) => ({ ...item, info: infoOf(bytes, name, item) }));
  found.sort(
    (a, b) =>
      KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
      standing(a.info) - standing(b.info) ||
      Date.parse(a.info.created) - Date.parse(b.info.created),
  );
  const clock = stopwatch();
  const renamed = new Map<string, string>();
  const ids: string[] = [];
  for (const { kind, id, info } of found) {
    signal?.throwIfAborted();
    const folder = `${SHELVES[kind]}/${id}/`;
    const unpacked = unpack(
      bytes,
      name,
      (path) => path.startsWith(folder) && !path.endsWith('/') && !HIDDEN.test(path),
    );
    const files = Object.fromEntries(Object.entries(unpacked).map(([path, file]) => [path.slice(folder.length), file]));
    const { id: _, ...rest } = info;
    // the first of maps in one frame names itself
    const about = (now: string): Partial<ItemInfo> =>
      'frame' in info && info.frame?.first === id ? { frame: { ...info.frame, first: now } } : {};
    const added = await items.add(follow(rest, renamed), files, { base: id, about });
    renamed.set(id, added.id);
    ids.push(added.id);
    onProgress?.({ phase: 'unpacking', ...clock.read(ids.length, found.length) });
  }
  return { ids };
}

const HIDDEN = /\/\.[^/]*$/;
const LEADS_OUT = /(^|[/\\])\.\.([/\\]|$)/;

interface Found {
  kind: Kind;
  id: string;
}

/**
 * The items in a zip, in the order of their kinds: each folder with an info.json. What lies elsewhere is passed over.
 * @throws FormatError when a path is none that an item's file has
 */
function itemsOf(bytes: Uint8Array, name: string): Found[] {
  const ids = new Map<Kind, string[]>(KINDS.map((kind) => [kind, []]));
  unpack(bytes, name, (path) => {
    const [shelf, id, file, ...deeper] = path.split('/');
    const kind = KINDS.find((kind) => SHELVES[kind] === shelf);
    const fits = kind && ITEM_NAME.test(id) && FILE_NAME.test(file) && deeper.length === 0;
    const passed = path.endsWith('/') || HIDDEN.test(path);
    if ((kind && !fits && !passed) || LEADS_OUT.test(path)) {
      throw malformed(name, `${JSON.stringify(path)} is not a file of an item; nothing was imported`);
    }
    if (fits && file === INFO_FILE) ids.get(kind)!.push(id);
    return false;
  });
  return [...ids].flatMap(([kind, of]) => of.map((id) => ({ kind, id })));
}

function infoOf(bytes: Uint8Array, name: string, { kind, id }: Found): ItemInfo {
  const path = `${SHELVES[kind]}/${id}/${INFO_FILE}`;
  return parseInfo(unpack(bytes, name, (other) => other === path)[path], kind, `${name}: ${path}`);
}

/**
 * What others refer to comes before them: a space before its checkpoints, the first map of a frame before the rest; else
 * what was made earlier, as a map that another began at.
 */
function standing(info: ItemInfo): number {
  if (info.kind === 'map') return info.frame?.place ?? 0;
  return info.kind === 'space' && info.checkpoint ? 1 : 0;
}

function follow<I extends { kind: Kind }>(info: I, renamed: ReadonlyMap<string, string>): I {
  const now = (id: unknown): unknown => renamed.get(id as string) ?? id;
  const out: Record<string, unknown> = { ...info };
  if (out.data !== undefined) out.data = now(out.data);
  if (out.learnedFrom !== undefined) out.learnedFrom = now(out.learnedFrom);
  if (out.space !== undefined) out.space = now(out.space);
  if (out.from !== undefined) out.from = now(out.from);
  if (out.align !== undefined) out.align = now(out.align);
  const { checkpoint } = info as Partial<SpaceInfo>;
  if (checkpoint) out.checkpoint = { ...checkpoint, of: now(checkpoint.of) };
  const { frame } = info as Partial<MapInfo>;
  if (frame) out.frame = { ...frame, first: now(frame.first) };
  return out as I;
}

/** A byte of deflate gives at most 1032: what claims more is refused before any memory is taken. */
const MAX_RATIO = 1032;

function unpack(bytes: Uint8Array, name: string, wanted: (path: string) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter: ({ name: path, size, originalSize, compression }) => {
        if (!wanted(path)) return false;
        if (size > bytes.byteLength || originalSize > size * (compression === 0 ? 1 : MAX_RATIO) + 64) {
          throw malformed(name, `${path} claims ${originalSize} bytes out of ${size}`);
        }
        return true;
      },
    });
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw malformed(name, `not a readable zip (${cause instanceof Error ? cause.message : cause})`, cause);
  }
}

function malformed(name: string, why: string, cause?: unknown): FormatError {
  return new FormatError(`${name}: ${why}`, { details: { name }, cause });
}
