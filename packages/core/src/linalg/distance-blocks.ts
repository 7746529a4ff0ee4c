import type { Matrix } from '../base/index.ts';
import type { Workspace } from '../kernels/index.ts';
import { columnMoments } from './moments.ts';

/** Of assembly/matrix.ts. */
const PANEL = 8;
const ROWS = 64;

/**
 * Squared Euclidean distances of all rows to all, a block of rows at a time, from inner products in single precision:
 * right to about seven digits of the rows' squared length after centring; 0 for equal rows.
 * @param space  a workspace with the module `matrix`
 * @param take  gets rows `from` … `to` − 1 of the distances, [to − from, n]; they are overwritten after it
 */
export async function squaredDistanceBlocks(
  space: Workspace,
  x: Matrix,
  blockRows: number,
  signal: AbortSignal | undefined,
  take: (from: number, to: number, squared: Float64Array) => Promise<void> | void,
): Promise<void> {
  const { rows: n, cols: d } = x;
  const means = Float32Array.from(columnMoments(x).mean);
  const nPanels = Math.ceil(n / PANEL);
  const width = nPanels * PANEL;
  const [rows, mean, panels, out] = [
    space.float32(x.data),
    space.float32(means),
    space.float32(width * d),
    space.float32(blockRows * width),
  ];
  const packed = panels.view;
  for (let i = 0; i < n; i++) {
    const at = Math.floor(i / PANEL) * d * PANEL + (i % PANEL);
    for (let j = 0; j < d; j++) packed[at + j * PANEL] = x.data[i * d + j] - means[j];
  }
  // the norms are summed as the products are, so that equal rows come out at zero
  const norms = new Float64Array(n);
  const squared = new Float64Array(blockRows * n);
  const products = async (from: number, to: number, firstPanel: number, panelCount: number): Promise<Float32Array> => {
    const at = [rows.pointer + 4 * from * d, to - from, d, mean, panels.pointer + 4 * firstPanel * d * PANEL];
    await space.parallel('rowsTimes', Math.ceil((to - from) / ROWS), [...at, panelCount, out], { signal });
    return out.view;
  };
  for (let from = 0; from < n; from += PANEL) {
    const to = Math.min(n, from + PANEL);
    const got = await products(from, to, from / PANEL, 1);
    for (let i = from; i < to; i++) norms[i] = got[(i - from) * PANEL + (i - from)];
  }
  for (let from = 0; from < n; from += blockRows) {
    const to = Math.min(n, from + blockRows);
    const got = await products(from, to, 0, nPanels);
    for (let i = from; i < to; i++) {
      const source = (i - from) * width;
      const target = (i - from) * n;
      const own = norms[i];
      for (let j = 0; j < n; j++) squared[target + j] = Math.max(0, own + norms[j] - 2 * got[source + j]);
    }
    await take(from, to, squared);
  }
  for (const block of [rows, mean, panels, out]) block.free();
}
