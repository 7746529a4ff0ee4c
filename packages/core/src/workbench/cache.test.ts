import { describe, expect, it } from 'vitest';
import { cacheOf } from './cache.ts';

function make(limit = 2) {
  const loaded: string[] = [];
  const released: string[] = [];
  const cache = cacheOf<string>(limit, (value) => void released.push(value));
  const use = <R>(
    key: string,
    then: (value: string) => R | Promise<R> = () => undefined as R,
    version = '',
  ): Promise<R> =>
    cache.with(
      key,
      version,
      () => {
        loaded.push(key);
        return Promise.resolve(key.toUpperCase());
      },
      then,
    );
  return { cache, use, loaded, released };
}

describe('cacheOf', () => {
  it('loads once, even for two that ask at once', async () => {
    const { use, loaded } = make();
    expect(await Promise.all([use('a', (value) => value), use('a', (value) => value)])).toEqual(['A', 'A']);
    await use('a');
    expect(loaded).toEqual(['a']);
  });

  it('lets go of what was used longest ago', async () => {
    const { use, loaded, released } = make();
    for (const key of ['a', 'b', 'a', 'c', 'a']) await use(key);
    await Promise.resolve();
    expect(released).toEqual(['B']);
    expect(loaded).toEqual(['a', 'b', 'c']);
  });

  it('releases nothing that is in use', async () => {
    const { use, cache, released } = make(1);
    await use('a', async () => {
      await use('b');
      cache.drop('a');
      await Promise.resolve();
      expect(released).not.toContain('A');
    });
    await Promise.resolve();
    expect(released).toContain('A');
  });

  it('loads another version anew, and lets go of the one before', async () => {
    const { use, loaded, released } = make();
    for (const version of ['1', '1', '2', '2']) await use('a', () => undefined, version);
    await Promise.resolve();
    expect([loaded, released]).toEqual([['a', 'a'], ['A']]);
  });

  it('forgets what failed to load', async () => {
    const cache = cacheOf<number>(2);
    await expect(
      cache.with(
        'a',
        '',
        () => Promise.reject(new Error('no')),
        () => 0,
      ),
    ).rejects.toThrow('no');
    expect(
      await cache.with(
        'a',
        '',
        () => Promise.resolve(1),
        (value) => value,
      ),
    ).toBe(1);
  });

  it('keeps what loaded when its use fails', async () => {
    const { use, loaded } = make();
    await expect(use('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await use('a');
    expect(loaded).toEqual(['a']);
  });
});
