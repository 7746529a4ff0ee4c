/** For tests: a Workbench in memory that does next to nothing, at the pace that a test wants. */
import { InputError, matrix } from '@portolan/core/base';
import type { JobOptions, Matrix } from '@portolan/core/base';
import type { ByteSource } from '@portolan/core/data';
import type { Workbench } from '@portolan/core/workbench';

export interface SlowWorkbench extends Workbench {
  /** how long an epoch of `learn` takes, ms; previews come twenty an epoch */
  pace: number;
  /** the names, sizes and last bytes of the files that `addData` got */
  received: { name: string; bytes: number; last: number }[];
  aborted: number;
}

export function slowWorkbench(): SlowWorkbench {
  const self = {
    pace: 1,
    received: [] as SlowWorkbench['received'],
    aborted: 0,
    project: async () => ({ name: 'test', place: 'memory', runtime: 'none', version: 1, warnings: [] }),
    methods: async () => ({ spaces: [], maps: [] }),
    list: async () => [],
    show: async ({ id }: { id: string }) => {
      throw new InputError(`there is no ${id}`, { code: 'no-such-item', details: { id } });
    },
    remove: async () => undefined,
    rows: async () => ({ data: Uint8Array.of(1, 2, 3, 4), nSamples: 2, nFeatures: 2, scale: 1 / 255 }),
    columns: async () => {
      throw new TypeError('a bug');
    },
    decode: ({ codes }: { codes: Matrix }) =>
      Promise.resolve(
        matrix(
          codes.rows,
          codes.cols,
          codes.data.map((v) => 2 * v),
        ),
      ),
    async addData({ files, labels }: { files: ByteSource[]; labels?: ByteSource }) {
      for (const file of labels ? [...files, labels] : files) {
        const end = await file.slice(Math.max(0, file.byteLength - 1));
        self.received.push({ name: file.name, bytes: file.byteLength, last: end[0] });
      }
      return { kind: 'data', id: 'added' };
    },
    async learn({ options }: { options?: { epochs?: number } }, { signal, onProgress, control }: JobOptions = {}) {
      signal?.addEventListener('abort', () => self.aborted++);
      const nEpochs = options?.epochs ?? 3;
      let epoch = 0;
      while (epoch < nEpochs) {
        signal?.throwIfAborted();
        if (control?.stopped) break;
        while (control?.paused && control.takeStep?.() === undefined) await control.whileRunning();
        for (let i = 0; i < 20; i++) {
          const coordinates = matrix(1000, 2);
          coordinates.data.fill(epoch + i / 20);
          onProgress?.({
            phase: 'learning',
            done: epoch,
            total: nEpochs,
            elapsed: 1,
            detail: { epoch, nEpochs, preview: { coordinates } },
          });
        }
        await new Promise((resolve) => setTimeout(resolve, self.pace));
        epoch++;
        onProgress?.({
          phase: 'learning',
          done: epoch,
          total: nEpochs,
          elapsed: 1,
          detail: { epoch, nEpochs, record: { epoch, train: { loss: NaN } } },
        });
      }
      return { kind: 'space', id: 'learned', history: epoch, stopped: control?.stopped ?? false };
    },
  };
  return self as unknown as SlowWorkbench;
}
