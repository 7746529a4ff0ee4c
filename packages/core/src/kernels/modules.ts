/** The compiled kernels, loaded when they are first asked for. */

/** What one of `wasm/*.ts` holds. */
interface ModuleText {
  relaxed: string;
  plain: string;
}

const TEXTS = {
  norms: () => import('./wasm/norms.ts'),
  matrix: () => import('./wasm/matrix.ts'),
  umap: () => import('./wasm/umap.ts'),
  pacmap: () => import('./wasm/pacmap.ts'),
  distances: () => import('./wasm/distances.ts'),
  neighbors: () => import('./wasm/neighbors.ts'),
  tsne: () => import('./wasm/tsne.ts'),
  'tsne-field': () => import('./wasm/tsne-field.ts'),
  'tsne-fft': () => import('./wasm/tsne-fft.ts'),
  word2vec: () => import('./wasm/word2vec.ts'),
} satisfies Record<string, () => Promise<ModuleText>>;

export type KernelName = keyof typeof TEXTS;
export const kernelNames = Object.keys(TEXTS) as KernelName[];

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * @param relaxed  with relaxed SIMD's fused multiply-add
 * @param shared  over shared memory
 */
export function kernelModule(name: KernelName, relaxed: boolean, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${name} ${relaxed} ${shared}`;
  let module = compiled.get(key);
  if (!module) {
    module = TEXTS[name]().then(({ relaxed: fused, plain }) => {
      const bytes = fromBase64(relaxed ? fused : plain);
      return WebAssembly.compile(shared ? bytes : unshared(bytes));
    });
    compiled.set(key, module);
    // what did not load, as over a network, may load the next time
    module.catch(() => compiled.delete(key));
  }
  return module;
}

/** A module of one function that uses relaxed SIMD: an engine without it refuses the bytes. */
const RELAXED_PROBE = Uint8Array.from(
  [
    [0, 97, 115, 109, 1, 0, 0, 0], // magic, version
    [1, 5, 1, 96, 0, 1, 123], // type: () → v128
    [3, 2, 1, 0], // one function
    [10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11], // i8x16.relaxed_swizzle of two splats
  ].flat(),
);

/**
 * A module of one function, zero(from, bytes), over shared memory: engines fill arrays over shared memory one number
 * after another, and a memory at once.
 */
const ZERO = Uint8Array.from(
  [
    [0, 97, 115, 109, 1, 0, 0, 0], // magic, version
    [1, 6, 1, 96, 2, 127, 127, 0], // type: (i32, i32) → ()
    [2, 18, 1, 3, ...ascii('env'), 6, ...ascii('memory'), 2, 3, 1, 128, 128, 4], // a shared memory of 1 … 65536 pages
    [3, 2, 1, 0], // one function
    [7, 8, 1, 4, ...ascii('zero'), 0, 0],
    [10, 13, 1, 11, 0, 32, 0, 65, 0, 32, 1, 252, 11, 0, 11], // memory.fill from, 0, bytes
  ].flat(),
);
let zeroModule: WebAssembly.Module | undefined;

/** Sets bytes of a shared memory to zero. */
export function zeroing(memory: WebAssembly.Memory): (from: number, bytes: number) => void {
  zeroModule ??= new WebAssembly.Module(ZERO);
  const { zero } = new WebAssembly.Instance(zeroModule, { env: { memory } }).exports;
  return zero as (from: number, bytes: number) => void;
}

/** Whether this engine has relaxed SIMD. */
export const hasRelaxedSimd = (): boolean => WebAssembly.validate(RELAXED_PROBE);

/**
 * The same module over memory that is not shared: in the memory's import, the flag "shared, with a maximum" (3) becomes
 * "with a maximum" (1). Atomic loads and stores are valid on either.
 */
function unshared(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const mark = [3, ...ascii('env'), 6, ...ascii('memory'), 2, 3];
  for (let at = 8; at < bytes.length - mark.length; at++) {
    if (mark.every((byte, i) => bytes[at + i] === byte)) {
      bytes[at + mark.length - 1] = 1;
      return bytes;
    }
  }
  throw new Error('the kernels import no shared memory');
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = new Uint8Array(128);
  for (let i = 0; i < 64; i++) digits[ALPHABET.charCodeAt(i)] = i;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let i = 0, at = 0; i < text.length; i += 4) {
    let bits = 0;
    for (let j = 0; j < 4; j++) bits = (bits << 6) | digits[text.charCodeAt(i + j)];
    for (let shift = 16; shift >= 0; shift -= 8) if (at < bytes.length) bytes[at++] = (bits >> shift) & 255;
  }
  return bytes;
}
