/**
 * The few values used last, loaded on demand. One that falls out is released only when nobody uses it any more.
 */
interface Entry<V> {
  version: string;
  value: Promise<V>;
  users: number;
  dropped: boolean;
}

export interface Cache<V> {
  /** loads it unless it is there in that version, and keeps it whole while `use` runs */
  with<R>(key: string, version: string, load: () => Promise<V>, use: (value: V) => Promise<R> | R): Promise<R>;
  drop(key: string): void;
}

export function cacheOf<V>(limit: number, release: (value: V) => Promise<void> | void = () => {}): Cache<V> {
  const entries = new Map<string, Entry<V>>(); // oldest use first

  function releaseIfFree(entry: Entry<V>): void {
    if (!entry.dropped || entry.users > 0) return;
    entry.value.then(release).catch(() => {}); // a value that failed to load has nothing to release
  }

  function drop(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    entry.dropped = true;
    releaseIfFree(entry);
  }

  return {
    drop,
    async with(key, version, load, use) {
      if (entries.get(key)?.version !== version) drop(key);
      let entry = entries.get(key);
      if (entry) entries.delete(key);
      else entry = { version, value: load(), users: 0, dropped: false };
      entries.set(key, entry);
      entry.users++;
      for (const oldest of entries.keys()) {
        if (entries.size <= limit) break;
        drop(oldest);
      }
      try {
        return await use(await entry.value);
      } catch (error) {
        await entry.value.catch(() => entries.get(key) === entry && drop(key));
        throw error;
      } finally {
        entry.users--;
        releaseIfFree(entry);
      }
    },
  };
}
