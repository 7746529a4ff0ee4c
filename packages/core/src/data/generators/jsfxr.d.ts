/** What we use of jsfxr, which has no types of its own. */
declare module 'jsfxr' {
  export class Params {
    /** 0 square, 1 sawtooth, 2 sine, 3 noise */
    wave_type: number;
    sample_rate: number;
    sample_size: number;
    sound_vol: number;
    p_base_freq: number;
    p_freq_ramp: number;
    p_vib_strength: number;
    p_vib_speed: number;
    p_env_sustain: number;
    p_env_decay: number;
  }
  export class SoundEffect {
    constructor(params: Params);
    /** `normalized`: values in [−1, 1] */
    getRawBuffer(): { normalized: number[] };
  }
  export const jsfxr: { Params: typeof Params; SoundEffect: typeof SoundEffect };
}
