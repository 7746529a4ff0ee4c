/**
 * Learning-rate schedules: a factor on the learning rate for iteration 0 … total − 1.
 * @see Loshchilov & Hutter 2017 (cosine)
 */
export type Schedule = (iteration: number, total: number) => number;

export function constantRate(): Schedule {
  return () => 1;
}

/** Half a cosine from 1 down to `end`. */
export function cosineDecay({ end = 0 } = {}): Schedule {
  return (iteration, total) => end + (1 - end) * 0.5 * (1 + Math.cos((Math.PI * iteration) / Math.max(1, total)));
}

/** × factor after every `share` of the whole. */
export function stepDecay({ factor = 0.1, share = 1 / 3 } = {}): Schedule {
  return (iteration, total) => factor ** Math.floor(iteration / (share * total) + 1e-9);
}

/** Rises linearly over the first `iterations`, and follows `then` over the rest. */
export function warmUp(iterations: number, then: Schedule = constantRate()): Schedule {
  return (iteration, total) =>
    iteration < iterations ? (iteration + 1) / (iterations + 1) : then(iteration - iterations, total - iterations);
}
