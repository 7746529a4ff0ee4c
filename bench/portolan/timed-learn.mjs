/**
 * Learns with Portolan's public methods and times the updates alone, as the peers do: not the building of the graphs,
 * not the first ten mini-batches, not the final measuring. `wholeSeconds` has all of it.
 */

const WARM_UP = 10;

/** @param now  → { wall, cpu } in seconds */
export async function timedLearn(method, dataset, options, runtime, now) {
  const marks = [];
  let fed = 0;
  const counting = {
    name: runtime.name,
    async load(model) {
      const executable = await runtime.load(model);
      // measuring after learning feeds rows too, but updates nothing
      if (!executable.outputs.some(({ name }) => name.startsWith('next/'))) return executable;
      return {
        inputs: executable.inputs,
        outputs: executable.outputs,
        dispose: () => executable.dispose(),
        run(feeds, into) {
          // the trainer's mini-batches; the last of an epoch may be filled up, which is put right below
          for (const [name, { shape }] of Object.entries(feeds)) if (name.startsWith('batch/x/')) fed += shape[0];
          return executable.run(feeds, into);
        },
      };
    },
  };
  // the driver asks between units whether to go on: a place to look at the clock
  const control = {
    get stopped() {
      marks.push({ ...now(), fed });
      return false;
    },
    paused: false,
    whileRunning: () => Promise.resolve(),
  };
  const begin = now();
  const fitted = await method.fit(dataset, options, counting, { control });
  const end = now();
  await fitted.space.dispose();
  const first = marks.find((mark) => mark.fed >= WARM_UP * options.batchSize) ?? marks[0];
  const last = marks.at(-1);
  const seconds = last.wall - first.wall;
  const samples = ((last.fed - first.fed) * dataset.rows.nSamples * options.epochs) / fed;
  return {
    seconds,
    cpuSeconds: last.cpu - first.cpu,
    samples,
    samplesPerSecond: samples / seconds,
    wholeSeconds: end.wall - begin.wall,
    metrics: fitted.metrics,
    runtime: runtime.name,
  };
}

export const TASKS = {
  dense: (more) => [
    'autoencoder',
    { latentDim: 2, layers: [512, 128, 64], learningRate: 1e-3, batchSize: 256, ...more },
  ],
  'conv-vae': (more) => [
    'vae',
    { architecture: 'convolutional', channels: [32, 64], latentDim: 16, learningRate: 1e-3, batchSize: 256, ...more },
  ],
};
