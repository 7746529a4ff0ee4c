/** Shortest ways through the graph of neighbours: how far apart rows are along the shape that they lie on. */

/**
 * Lengths of the shortest ways between m rows over edges to each one's nearest and those of the least spanning tree,
 * which hold the graph together (Tenenbaum, de Silva & Langford 2000).
 * @param apart  [m, m], symmetric: the rows' distances
 * @returns [m, m]
 */
export function* graphDistanceSteps(
  apart: Float64Array,
  m: number,
  nNeighbors: number,
): Generator<number, Float64Array, undefined> {
  const edges = edgesOf(apart, m, nNeighbors);
  const out = new Float64Array(m * m).fill(Infinity);
  const heap = new Float64Array(m * 2);
  for (let start = 0; start < m; start++) {
    shortest(out.subarray(start * m, (start + 1) * m), start, edges, apart, m, heap);
    if (start % 16 === 15) yield start / m;
  }
  return out;
}

function edgesOf(apart: Float64Array, m: number, nNeighbors: number): Uint32Array[] {
  const sets = Array.from({ length: m }, () => new Set<number>());
  const tie = (i: number, j: number): void => {
    sets[i].add(j);
    sets[j].add(i);
  };
  for (let i = 0; i < m; i++) {
    const row = apart.subarray(i * m, (i + 1) * m);
    const order = Uint32Array.from(row.keys()).sort((a, b) => row[a] - row[b] || a - b);
    for (let j = 0, taken = 0; j < m && taken < nNeighbors; j++) {
      if (order[j] === i) continue;
      tie(i, order[j]);
      taken++;
    }
  }
  // Prim's tree
  const near = new Float64Array(m).fill(Infinity);
  const from = new Int32Array(m).fill(-1);
  const done = new Uint8Array(m);
  for (let step = 0, i = 0; step < m; step++) {
    done[i] = 1;
    if (from[i] >= 0) tie(i, from[i]);
    let next = -1;
    for (let j = 0; j < m; j++) {
      if (done[j]) continue;
      if (apart[i * m + j] < near[j]) {
        near[j] = apart[i * m + j];
        from[j] = i;
      }
      if (next < 0 || near[j] < near[next]) next = j;
    }
    if (next < 0) break;
    i = next;
  }
  return sets.map((set) => Uint32Array.from(set));
}

/** Dijkstra's ways from one row; `far` starts at infinity. Pairs of length and row lie in a binary heap. */
function shortest(
  far: Float64Array,
  start: number,
  edges: Uint32Array[],
  apart: Float64Array,
  m: number,
  heap: Float64Array,
): void {
  const place = new Int32Array(m).fill(-1);
  let size = 0;
  const swap = (a: number, b: number): void => {
    for (let c = 0; c < 2; c++) [heap[2 * a + c], heap[2 * b + c]] = [heap[2 * b + c], heap[2 * a + c]];
    place[heap[2 * a + 1]] = a;
    place[heap[2 * b + 1]] = b;
  };
  const rise = (at: number): void => {
    for (let parent; at > 0 && heap[2 * at] < heap[2 * (parent = (at - 1) >> 1)]; at = parent) swap(at, parent);
  };
  const offer = (row: number, length: number): void => {
    if (!(length < far[row])) return;
    far[row] = length;
    if (place[row] < 0) {
      place[row] = size++;
      heap[2 * place[row] + 1] = row;
    }
    heap[2 * place[row]] = length;
    rise(place[row]);
  };
  offer(start, 0);
  while (size > 0) {
    const i = heap[1];
    size--;
    if (size > 0) {
      heap[0] = heap[2 * size];
      heap[1] = heap[2 * size + 1];
      place[heap[1]] = 0;
      for (let at = 0; ;) {
        let child = 2 * at + 1;
        if (child >= size) break;
        if (child + 1 < size && heap[2 * child + 2] < heap[2 * child]) child++;
        if (heap[2 * at] <= heap[2 * child]) break;
        swap(at, child);
        at = child;
      }
    }
    place[i] = -2;
    for (const j of edges[i]) if (place[j] !== -2) offer(j, far[i] + apart[i * m + j]);
  }
}
