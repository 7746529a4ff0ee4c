import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INFO_FILE } from '@portolan/core';
import { checkStore } from '../../../core/src/workbench/store-contract.fixture.ts';
import { folderStore } from './folder-store.ts';

const scratch = mkdtempSync(join(tmpdir(), 'portolan-store-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let count = 0;
const fresh = (): string => join(scratch, `project-${count++}`);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const info = { [INFO_FILE]: text('{}') };

checkStore('a folder store', () => {
  const folder = fresh();
  return Promise.resolve({ store: folderStore(folder), again: () => folderStore(folder) });
});

describe('a folder store on disk', () => {
  it('is a plain folder', async () => {
    const folder = fresh();
    const store = folderStore(folder);
    expect(store.name).toBe(folder.split('/').at(-1));
    expect(store.place).toBe(folder);
    await store.writeMark(text('{}'));
    await store.put('data', 'faces', { ...info, 'rows.npy': text('rows') });
    expect(readFileSync(join(folder, 'data/faces/rows.npy'), 'utf8')).toBe('rows');
    expect(readdirSync(folder).sort()).toEqual(['.writing', 'data', 'portolan.json']);
    expect(readdirSync(join(folder, '.writing'))).toEqual([]);
  });

  it('writes nothing before something is kept', async () => {
    const folder = fresh();
    const store = folderStore(folder);
    await store.list('data');
    await store.readMark();
    await store.sweep();
    expect(existsSync(folder)).toBe(false);
  });

  it('lists no half of an item', async () => {
    const folder = fresh();
    mkdirSync(join(folder, 'data/half'), { recursive: true });
    writeFileSync(join(folder, 'data/half/rows.npy'), 'x');
    writeFileSync(join(folder, 'data/stray.txt'), 'x');
    const store = folderStore(folder);
    expect(await store.list('data')).toEqual([]);
    await expect(store.put('data', 'half', info)).rejects.toMatchObject({ code: 'exists' }); // never over what is there
    expect(readFileSync(join(folder, 'data/half/rows.npy'), 'utf8')).toBe('x');
  });

  it('follows no link out of the project', async () => {
    const folder = fresh();
    const outside = fresh();
    const store = folderStore(folder);
    await store.put('data', 'a', info);
    mkdirSync(join(outside, 'deep'), { recursive: true });
    writeFileSync(join(outside, 'secret'), 'secret');
    writeFileSync(join(outside, INFO_FILE), '{}');
    symlinkSync(join(outside, 'secret'), join(folder, 'data/a/link.bin'));
    symlinkSync(outside, join(folder, 'data/linked'));
    symlinkSync(outside, join(folder, 'spaces'));
    await expect(store.open('data', 'a', 'link.bin')).rejects.toMatchObject({ code: 'outside' });
    expect((await store.files('data', 'a')).map((file) => file.name)).toEqual([INFO_FILE]);
    expect(await store.list('data')).toEqual(['a']);
    await expect(store.open('data', 'linked', 'secret')).rejects.toMatchObject({ code: 'outside' });
    await expect(store.remove('data', 'linked')).rejects.toMatchObject({ code: 'outside' });
    await expect(store.put('spaces', 'b', info)).rejects.toMatchObject({ code: 'outside' });
    expect(readdirSync(outside).sort()).toEqual(['deep', INFO_FILE, 'secret']);
  });

  it('sweeps what the dead left behind, and only that', async () => {
    const folder = fresh();
    const store = folderStore(folder);
    await store.put('data', 'a', info);
    const writing = join(folder, '.writing');
    const host = hostname().replaceAll(/[^a-zA-Z0-9-]/g, '-');
    const dead = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
    const hour = new Date(Date.now() - 3600_000);
    const days = new Date(Date.now() - 48 * 3600_000);
    const leave = (name: string, when?: Date): void => {
      mkdirSync(join(writing, name));
      if (when) utimesSync(join(writing, name), when, when);
    };
    leave(`${host}.${dead}.old`, hour);
    leave(`${host}.${dead}.new`);
    leave(`${host}.${process.pid}.mine`, hour);
    leave('elsewhere.1.unknown', hour);
    leave('elsewhere.1.ancient', days);
    leave('claim-x', hour);
    await folderStore(folder).sweep();
    expect(readdirSync(writing).sort()).toEqual(
      [`${host}.${dead}.new`, `${host}.${process.pid}.mine`, 'elsewhere.1.unknown'].sort(),
    );
    expect(await store.list('data')).toEqual(['a']);
  });

  it('takes over a claim whose owner died', async () => {
    const folder = fresh();
    const store = folderStore(folder);
    mkdirSync(join(folder, '.writing/claim-a'), { recursive: true });
    await expect(store.put('data', 'a', info)).rejects.toMatchObject({ code: 'exists' });
    const hour = new Date(Date.now() - 3600_000);
    utimesSync(join(folder, '.writing/claim-a'), hour, hour);
    await store.put('data', 'a', info);
    expect(await store.list('data')).toEqual(['a']);
  });

  it('says that a file stands where the project should be', async () => {
    const folder = fresh();
    writeFileSync(folder, 'a file');
    const store = folderStore(folder);
    await expect(store.readMark()).rejects.toMatchObject({ name: 'StoreError' });
    await expect(store.put('data', 'a', info)).rejects.toThrow(/a file stands where a folder is expected/);
    expect(readFileSync(folder, 'utf8')).toBe('a file');
  });
});

/** The program that the tests below run beside themselves, built from source as the tests are. */
const program = join(scratch, 'child', 'child.mjs');
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['source'] },
    ssr: { noExternal: true, resolve: { conditions: ['source', 'node'] } },
    build: {
      ssr: fileURLToPath(new URL('folder-store.child.fixture.ts', import.meta.url)),
      outDir: join(scratch, 'child'),
      rollupOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  });
});

function start(args: string[], options: { uid?: number; gid?: number } = {}) {
  const process = spawn(globalThis.process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  });
  let output = '';
  const ready = new Promise<void>((resolve) => {
    process.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      resolve();
    });
  });
  const ended = new Promise<void>((resolve) => process.once('close', () => resolve()));
  return { process, ready, ended, output: () => output };
}

/** Every file of a listed item is there, to its last byte. */
async function checkWhole(folder: string, shelf: 'data' | 'spaces' | 'maps', id: string): Promise<void> {
  const store = folderStore(folder);
  const read = async (name: string): Promise<Uint8Array> => (await store.open(shelf, id, name)).slice(0);
  const { byte, length } = JSON.parse(new TextDecoder().decode(await read(INFO_FILE))) as Record<string, number>;
  for (const name of ['a.bin', 'b.bin']) {
    const bytes = await read(name);
    expect(bytes.length).toBe(length);
    expect(bytes.every((value) => value === byte)).toBe(true);
  }
}

describe('a folder store and what befalls it', () => {
  it('is readable after its program was killed at any moment', async () => {
    const folder = fresh();
    let kills = 0;
    let leftOvers = 0;
    for (let round = 0; kills < 24 && round < 48; round++) {
      const writer = start(['churn', folder, String(round)]);
      await writer.ready;
      await new Promise((resolve) => setTimeout(resolve, (round * 7) % 61));
      if (writer.process.kill('SIGKILL')) kills++;
      await writer.ended;
      leftOvers = readdirSync(join(folder, '.writing')).length;
      const store = folderStore(folder);
      for (const shelf of ['data', 'spaces', 'maps'] as const) {
        for (const id of await store.list(shelf)) await checkWhole(folder, shelf, id);
      }
    }
    expect(kills).toBe(24);
    expect(leftOvers).toBeGreaterThan(10); // or no kill fell into a write
    const items = await folderStore(folder).list('data');
    expect(items.length).toBeGreaterThanOrEqual(kills); // each program had kept one at least
  });

  it('gives each of several programs ids of their own', async () => {
    const folder = fresh();
    const writers = Array.from({ length: 3 }, (_, i) => start(['race', folder, String(i)]));
    await Promise.all(writers.map((writer) => writer.ended));
    const won = writers.flatMap((writer) => JSON.parse(writer.output()) as string[]);
    expect(won).toHaveLength(60);
    expect(new Set(won).size).toBe(60);
    for (const id of won) await checkWhole(folder, 'data', id);
  });

  it('says that the disk is full, and stays as it was', async () => {
    const folder = fresh();
    await folderStore(folder).put('data', 'before', { ...info, 'rows.npy': text('rows') });
    const output = execFileSync(
      'sh',
      ['-c', 'ulimit -f 64; exec "$0" "$1" full "$2"', process.execPath, program, folder],
      {
        encoding: 'utf8',
      },
    );
    expect(JSON.parse(output)).toMatchObject({ name: 'StoreError', code: 'full' });
    expect(JSON.parse(output).message).toMatch(
      /the disk is full while writing data\/large \(2\.0 MB\); free some space/,
    );
    const store = folderStore(folder);
    expect(await store.list('data')).toEqual(['before']);
    expect(readdirSync(join(folder, '.writing'))).toEqual([]);
  });

  it('says that a folder is read-only', async () => {
    const folder = fresh();
    await folderStore(folder).put('data', 'before', info);
    chmodSync(scratch, 0o755);
    for (const path of [folder, join(folder, 'data'), join(folder, '.writing')]) chmodSync(path, 0o555);
    const writer = start(['readonly', folder], process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {});
    await writer.ended;
    for (const path of [folder, join(folder, 'data'), join(folder, '.writing')]) chmodSync(path, 0o755);
    const { put, remove, list } = JSON.parse(writer.output()) as Record<string, unknown>;
    expect(put).toMatchObject({ name: 'StoreError', code: 'read-only' });
    expect(remove).toMatchObject({ name: 'StoreError', code: 'read-only' });
    expect(list).toEqual(['before']);
    expect(await folderStore(folder).list('data')).toEqual(['before']);
  });
});
