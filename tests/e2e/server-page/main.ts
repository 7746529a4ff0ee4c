/** What the browser tests call: the studio's client and the parts that only a browser has. */
import { compile, input, matmul, relu } from '@portolan/core/graph';
import { blobSource, connect, remoteControl } from '../../../packages/studio/src/client/index.ts';
import type { TensorValue } from '@portolan/core/runtime';
import { httpClient } from '../../../packages/studio/src/client/http.ts';
import { webRuntime } from '../../../packages/studio/src/client/ort-web.ts';
import type { WebRuntimeOptions } from '../../../packages/studio/src/client/ort-web.ts';

const worker = new Worker(new URL('./parts.worker.ts', import.meta.url), { type: 'module' });
let count = 0;

const lab = {
  connect,
  blobSource,
  remoteControl,
  http: () => httpClient({ base: location.origin }),

  /** relu(x · w) of ones and minus ones, on the web runtime of this page, into a buffer that is given */
  async runModel(options: WebRuntimeOptions) {
    const runtime = await webRuntime(options);
    const [x, w] = [input('x', ['n', 64]), input('w', [64, 64])];
    const model = await compile(runtime, { y: relu(matmul(x, w)) });
    const y = { dtype: 'float32', shape: [256, 64], data: new Float32Array(256 * 64) } as const;
    const feeds: Record<string, TensorValue> = {
      x: { dtype: 'float32', shape: [256, 64], data: new Float32Array(256 * 64).fill(1) },
      w: { dtype: 'float32', shape: [64, 64], data: Float32Array.from({ length: 4096 }, (_, i) => (i % 2 ? 1 : -1)) },
    };
    await model.run(feeds, { y });
    return { name: runtime.name, shape: [...y.shape], first: [y.data[0], y.data[1]].map(Number) };
  },

  /** Runs one of the parts in a Worker. */
  inWorker(part: string, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const number = count++;
      const listen = ({ data }: MessageEvent): void => {
        if (data.number !== number) return;
        worker.removeEventListener('message', listen);
        if ('error' in data) reject(new Error(data.error));
        else resolve(data.value);
      };
      worker.addEventListener('message', listen);
      worker.postMessage({ number, part, args });
    });
  },
  stopWorker: () => worker.terminate(),
};

declare global {
  interface Window {
    lab: typeof lab;
  }
}
window.lab = lab;
