/** Rows that are sounds, made audible; one at a time. */
let context: AudioContext | null = null;
let playing: AudioBufferSourceNode | null = null;

/** @param values  in [−1, 1]; beyond that they are clipped */
export function play(values: ArrayLike<number>, sampleRate: number): void {
  context ??= new AudioContext();
  playing?.stop();
  playing = context.createBufferSource();
  playing.buffer = soundBuffer(context, values, sampleRate);
  playing.connect(context.destination);
  playing.start();
}

export function soundBuffer(context: BaseAudioContext, values: ArrayLike<number>, sampleRate: number): AudioBuffer {
  const buffer = context.createBuffer(1, values.length, sampleRate);
  buffer.getChannelData(0).set(Float32Array.from(values, (value) => Math.max(-1, Math.min(1, value))));
  return buffer;
}
