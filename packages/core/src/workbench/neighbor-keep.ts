/** Of each point, the share of its true neighbours that are its neighbours on the map as well. */
import type { Matrix } from '../base/index.ts';
import type { KernelJob } from '../kernels/index.ts';
import { findNeighbors } from '../neighbors/index.ts';

export async function neighborKeep(x: Matrix, y: Matrix, k: number, job: KernelJob): Promise<Float32Array> {
  const inData = (await findNeighbors(x, k, job)).indices;
  const onMap = (await findNeighbors(y, k, job)).indices;
  const seen = new Int32Array(x.rows).fill(-1);
  return Float32Array.from({ length: x.rows }, (_, i) => {
    for (let j = i * k; j < (i + 1) * k; j++) seen[inData[j]] = i;
    let kept = 0;
    for (let j = i * k; j < (i + 1) * k; j++) if (seen[onMap[j]] === i) kept++;
    return kept / k;
  });
}
