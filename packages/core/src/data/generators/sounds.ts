/**
 * Short sounds of an old game machine, by jsfxr (after sfxr by Tomas Pettersson). What each was made from is kept: its
 * wave, pitch, slide, vibrato and length are drawn evenly and independently of each other.
 */
// oxlint-disable-next-line typescript/triple-slash-reference -- so that whoever compiles this file finds them
/// <reference path="./jsfxr.d.ts" />
import { breathe, InputError, random, resolveOptions } from '../../base/index.ts';
import type { OptionSpec } from '../../base/index.ts';
import type { Column, Dataset } from '../dataset.ts';
import type { DataGenerator } from './generator.ts';

const OPTIONS: readonly OptionSpec[] = [
  { name: 'nSamples', type: 'integer', default: 1000, min: 1, max: 100_000, main: true, summary: 'How many sounds.' },
  {
    name: 'length',
    type: 'integer',
    default: 4096,
    min: 256,
    max: 65_536,
    summary: 'Values of each sound, at 11,025 a second: what is longer is cut, what is shorter ends in silence.',
  },
  { name: 'seed', type: 'integer', default: 0, min: 0, max: 2 ** 32 - 1, summary: 'The same seed, the same sounds.' },
];

/** jsfxr computes at 44,100 a second and keeps every fourth value's mean */
const SAMPLE_RATE = 11_025;
const WAVES = ['square', 'sawtooth', 'sine'];
/** Of each factor, in jsfxr's own units, the least and the most. */
const FACTORS = {
  pitch: [0.15, 0.6],
  slide: [-0.25, 0.25],
  vibrato: [0, 0.5],
  sustain: [0.05, 0.3],
  decay: [0.05, 0.45],
} as const;
type Factor = keyof typeof FACTORS;
const CHUNK = 16;

export const sounds: DataGenerator = {
  name: 'sounds',
  title: 'Sounds with known factors',
  summary: 'Short sounds of an old game machine, their wave, pitch, slide, vibrato and length kept as columns.',
  options: OPTIONS,
  async make(given, job = {}) {
    const { nSamples: n, length, seed } = resolveOptions('sounds', OPTIONS, given) as Record<string, number>;
    if (n * length > 2 ** 29) {
      throw new InputError(`${n} sounds of ${length} values are too many to hold; lower nSamples or length`, {
        code: 'option',
        details: { option: 'nSamples' },
      });
    }
    const { jsfxr } = await import('jsfxr');
    const draw = random(seed);
    const names = Object.keys(FACTORS) as Factor[];
    const factors = Object.fromEntries(names.map((name) => [name, new Float64Array(n)])) as Record<
      Factor,
      Float64Array
    >;
    const wave = new Int32Array(n);
    const data = new Float32Array(n * length);
    for (let i = 0; i < n; i++) {
      wave[i] = draw.below(WAVES.length);
      for (const name of names) {
        const [low, high] = FACTORS[name];
        factors[name][i] = low + draw.uniform() * (high - low);
      }
      const made = new jsfxr.Params();
      made.wave_type = wave[i];
      made.sample_rate = SAMPLE_RATE;
      made.sample_size = 16;
      made.sound_vol = 0.4; // as loud as a sine may be without being cut
      made.p_base_freq = factors.pitch[i];
      made.p_freq_ramp = factors.slide[i];
      made.p_vib_strength = factors.vibrato[i];
      made.p_vib_speed = 0.4;
      made.p_env_sustain = factors.sustain[i];
      made.p_env_decay = factors.decay[i];
      const { normalized } = new jsfxr.SoundEffect(made).getRawBuffer();
      const kept = Math.min(length, normalized.length);
      for (let t = 0; t < kept; t++) data[i * length + t] = Math.max(-1, Math.min(1, normalized[t]));
      if (i % CHUNK === CHUNK - 1) {
        await breathe();
        job.signal?.throwIfAborted();
        job.onProgress?.({ phase: 'making sounds', done: i + 1, total: n, elapsed: 0 });
      }
    }
    const numbers = names.map((name): Column => ({ name, type: 'number', values: factors[name] }));
    return {
      name: 'sounds',
      rows: { data, nSamples: n, nFeatures: length, scale: 1 },
      columns: [{ name: 'wave', type: 'category', codes: wave, categories: WAVES }, ...numbers],
      medium: { kind: 'sound', sampleRate: SAMPLE_RATE },
      label: 'wave',
      warnings: [],
    } satisfies Dataset;
  },
};
