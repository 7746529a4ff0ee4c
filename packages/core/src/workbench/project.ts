/** The mark of a project, `portolan.json`: what kind of folder this is, and which version of Portolan may write it. */
import { FormatError, StoreError } from '../base/index.ts';
import type { Store } from './store.ts';

export const PROJECT_FORMAT = 'portolan-project';
export const PROJECT_VERSION = 1;

export interface ProjectMark {
  format: string;
  version: number;
  created: string;
}

/**
 * The mark of the store's project; undefined where none has begun.
 * @throws FormatError when the file is not a mark, StoreError `newer-version` when a later Portolan wrote it
 */
export async function readProject(store: Store): Promise<ProjectMark | undefined> {
  const bytes = await store.readMark();
  return bytes && parseMark(bytes, `${store.place}: portolan.json`);
}

/** Begins the project where none has begun. */
export async function beginProject(store: Store, now: () => Date): Promise<void> {
  if (await readProject(store)) return;
  await store.writeMark(markBytes(now));
}

export function markBytes(now: () => Date): Uint8Array {
  const mark: ProjectMark = { format: PROJECT_FORMAT, version: PROJECT_VERSION, created: now().toISOString() };
  return new TextEncoder().encode(`${JSON.stringify(mark, null, 2)}\n`);
}

/** @param what  how messages name the file */
export function parseMark(bytes: Uint8Array, what: string): ProjectMark {
  const mark = parseJson(bytes, what) as Partial<ProjectMark> | null;
  if (mark?.format !== PROJECT_FORMAT || !Number.isInteger(mark.version)) {
    throw new FormatError(`${what} is not the mark of a Portolan project (format ${PROJECT_FORMAT}, a version)`, {
      details: { name: 'portolan.json' },
    });
  }
  const version = mark.version!;
  if (version > PROJECT_VERSION) {
    throw new StoreError(
      `${what}: the project has version ${version}, this Portolan reads up to version ${PROJECT_VERSION}; update Portolan to open it`,
      { code: 'newer-version', details: { version, supported: PROJECT_VERSION } },
    );
  }
  return { format: PROJECT_FORMAT, version, created: String(mark.created ?? '') };
}

/** @throws FormatError when the bytes are not JSON */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new FormatError(`${what} is not JSON: ${cause instanceof Error ? cause.message : cause}`, {
      details: { name: what },
      cause,
    });
  }
}

export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}
