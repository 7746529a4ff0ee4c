/** What the runner calls in the page: the same points for each side, its first frame, and a pan over it. */
const SIDES = {
  portolan: () => import('./portolan.js'),
  three: () => import('./three.js'),
  regl: () => import('./regl.js'),
  'regl-fast': () => import('./regl.js'),
};
const CATEGORIES = 10;
const WIDTH = 1000;
const HEIGHT = 700;

let points;
let side;

/** Ten clusters of different widths in [−1, 1]², the same for each seed. */
function makePoints(n, seed) {
  let state = seed + 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const places = new Float32Array(2 * n);
  const codes = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const code = Math.floor(uniform() * CATEGORIES);
    const angle = (code / CATEGORIES) * 2 * Math.PI;
    const radius = Math.sqrt(-2 * Math.log(uniform())) * (0.05 + 0.012 * code);
    const turn = 2 * Math.PI * uniform();
    codes[i] = code;
    places[2 * i] = Math.max(-1, Math.min(1, 0.6 * Math.cos(angle) + radius * Math.cos(turn)));
    places[2 * i + 1] = Math.max(-1, Math.min(1, 0.6 * Math.sin(angle) + radius * Math.sin(turn)));
  }
  return { n, places, codes };
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

globalThis.bench = {
  prepare: async ({ name, n, seed }) => {
    points = makePoints(n, seed);
    side = await SIDES[name]();
    side = side.default({
      element: document.querySelector('#stage'),
      width: WIDTH,
      height: HEIGHT,
      fast: name === 'regl-fast',
    });
  },
  /** Milliseconds until all points are on the canvas, from arrays in memory and a canvas that is there. */
  first: async () => {
    const begin = performance.now();
    await side.draw(points);
    side.finish();
    return performance.now() - begin;
  },
  /** Milliseconds a frame of moving the view, drawn as fast as they come. */
  pan: async ({ frames }) => {
    await frame();
    side.finish();
    const begin = performance.now();
    for (let k = 0; k < frames; k++) {
      side.pan(0.1 * Math.sin((k + 1) / 5));
      await frame();
    }
    side.finish();
    return (performance.now() - begin) / frames;
  },
  /** Lets whatever works on after the first frame come to an end. */
  settle: async () => {
    await side.settle?.();
    globalThis.gc?.();
  },
};
