/** What every store does, whatever it keeps things in. A new store joins with one call. */
import { beforeEach, describe, expect, it } from 'vitest';
import { INFO_FILE } from './store.ts';
import type { FileBytes, Shelf, Store } from './store.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function read(from: Store, shelf: Shelf, id: string, name: string): Promise<Uint8Array> {
  return Uint8Array.from(await (await from.open(shelf, id, name)).slice(0));
}

/** @param open  a fresh place, and a way to open it once more as another program does */
export function checkStore(title: string, open: () => Promise<{ store: Store; again: () => Store }>): void {
  describe(title, () => {
    let store: Store;
    let again: () => Store;
    beforeEach(async () => {
      ({ store, again } = await open());
    });
    const put = (shelf: Shelf, id: string, more: Record<string, FileBytes> = {}): Promise<void> =>
      store.put(shelf, id, { [INFO_FILE]: text(`{"id":"${id}"}`), ...more });

    it('begins empty, without a mark', async () => {
      expect(await store.readMark()).toBeUndefined();
      expect(await store.list('data')).toEqual([]);
      await store.sweep();
    });

    it('keeps the first mark', async () => {
      await store.writeMark(text('one'));
      await store.writeMark(text('two'));
      expect(Uint8Array.from((await again().readMark())!)).toEqual(text('one'));
    });

    it('gives back what was put, to other programs too', async () => {
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i * 7);
      await put('data', 'digits', { 'rows.npy': bytes, 'empty.bin': new Uint8Array(0) });
      for (const seen of [store, again()]) {
        expect(await seen.list('data')).toEqual(['digits']);
        expect(await seen.files('data', 'digits')).toEqual([
          { name: 'empty.bin', bytes: 0 },
          { name: INFO_FILE, bytes: 15 },
          { name: 'rows.npy', bytes: 100_000 },
        ]);
        expect(await read(seen, 'data', 'digits', 'rows.npy')).toEqual(bytes);
        const source = await seen.open('data', 'digits', 'rows.npy');
        expect(source.byteLength).toBe(100_000);
        expect((await source.slice(0, 8)).constructor).toBe(Uint8Array); // a Buffer's slice() is a view, not a copy
        expect(Uint8Array.from(await source.slice(10, 13))).toEqual(bytes.slice(10, 13));
        expect((await source.slice(99_999, 200_000)).byteLength).toBe(1);
        expect((await source.slice(200_000)).byteLength).toBe(0);
      }
    });

    it('keeps a file that comes in pieces', async () => {
      const pieces = [Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3)];
      await put('data', 'd', { 'a.bin': pieces, 'b.bin': [] });
      expect(await read(again(), 'data', 'd', 'a.bin')).toEqual(Uint8Array.of(1, 2, 3));
      expect((await again().files('data', 'd')).map(({ bytes }) => bytes)).toEqual([3, 0, 10]);
    });

    it('keeps what was put, not what the caller makes of it later', async () => {
      const bytes = Uint8Array.of(1, 2, 3);
      await put('maps', 'm', { 'a.bin': bytes });
      bytes.fill(9);
      expect(await read(store, 'maps', 'm', 'a.bin')).toEqual(Uint8Array.of(1, 2, 3));
    });

    it('gives an id once, on whichever shelf', async () => {
      await put('data', 'a', { 'x.bin': text('first') });
      await expect(put('data', 'a', { 'x.bin': text('second') })).rejects.toMatchObject({ code: 'exists' });
      await expect(again().put('spaces', 'a', { [INFO_FILE]: text('{}') })).rejects.toMatchObject({ code: 'exists' });
      expect(await read(store, 'data', 'a', 'x.bin')).toEqual(text('first'));
      expect(await store.list('spaces')).toEqual([]);
    });

    it('gives an id to one of many that want it at once', async () => {
      const stores = Array.from({ length: 8 }, () => again());
      const results = await Promise.allSettled(
        stores.map((each, i) =>
          each.put(i % 2 ? 'maps' : 'spaces', 'same', { [INFO_FILE]: text(`{"i":${i}}`), 'x.bin': text(`${i}`) }),
        ),
      );
      const won = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
      expect(won).toHaveLength(1);
      const shelf = won[0] % 2 ? 'maps' : 'spaces';
      expect(await read(store, shelf, 'same', 'x.bin')).toEqual(text(`${won[0]}`));
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'StoreError', code: 'exists' });
      }
    });

    it('removes an item, after which its id is free', async () => {
      await put('data', 'a');
      await again().remove('data', 'a');
      expect(await store.list('data')).toEqual([]);
      await expect(store.open('data', 'a', INFO_FILE)).rejects.toMatchObject({ code: 'no-such-item' });
      await expect(store.remove('data', 'a')).rejects.toMatchObject({ code: 'no-such-item' });
      await put('spaces', 'a');
      expect(await store.list('spaces')).toEqual(['a']);
    });

    it('says that something is not there', async () => {
      await put('data', 'a');
      await expect(store.open('data', 'a', 'other.bin')).rejects.toMatchObject({ code: 'no-such-item' });
      await expect(store.open('maps', 'a', INFO_FILE)).rejects.toMatchObject({ code: 'no-such-item' });
      await expect(store.files('data', 'b')).rejects.toMatchObject({ code: 'no-such-item' });
    });

    it.each(['..', '../x', 'a/b', '/etc', 'a\\b', '', '.hidden', 'C:x', 'x'.repeat(81), 'a\0b'])(
      'refuses %j as an id or a file',
      async (name) => {
        await put('data', 'a');
        await expect(store.put('data', name, { [INFO_FILE]: text('{}') })).rejects.toMatchObject({
          name: 'StoreError',
        });
        await expect(put('data', 'b', { [name]: text('x') })).rejects.toMatchObject({ name: 'StoreError' });
        await expect(store.open('data', name, INFO_FILE)).rejects.toMatchObject({ name: 'StoreError' });
        await expect(store.open('data', 'a', name)).rejects.toMatchObject({ name: 'StoreError' });
        await expect(store.files('data', name)).rejects.toMatchObject({ name: 'StoreError' });
        await expect(store.remove('data', name)).rejects.toMatchObject({ name: 'StoreError' });
        expect(await store.list('data')).toEqual(['a']);
      },
    );

    it('refuses an item without its info', async () => {
      await expect(store.put('data', 'a', { 'x.bin': text('x') })).rejects.toMatchObject({ name: 'StoreError' });
      expect(await store.list('data')).toEqual([]);
    });
  });
}
