/** Loss curves in the form that uPlot draws: one x, a column of values (or null) for each line. */
import type { EpochRecord, Figures, LearnDetail } from '@portolan/core/spaces';

export interface Curves {
  /** epochs passed, with their fraction; rising */
  readonly x: readonly number[];
  /** by name: `loss`, `reconstruction`, … and `loss, validation`; as long as x */
  readonly lines: Readonly<Record<string, readonly (number | null)[]>>;
}

/** More points than a screen has pixels are thinned to every other one. */
const MAX_POINTS = 2000;

export function emptyCurves(): Curves {
  return { x: [], lines: {} };
}

/** What is counted, not lost: drawn apart. */
const COUNTED: readonly string[] = ['modes', 'modesCovered', 'nearModes', 'rarestMode'];
/** Part of a discriminator's loss, by its weight: many times as large as either loss at first, and hides them. */
const PENALTY = 'penalty';

/** The losses of some more batches, at an epoch's end that of validation, and what was counted for a preview. */
export function addDetail(curves: Curves, at: number, { losses, record, preview }: LearnDetail): Curves {
  return addPoint(curves, at, { ...losses, ...validation(record), ...preview?.figures });
}

/** The curves of a space that was learned before, from its epochs. */
export function fromHistory(history: readonly EpochRecord[]): Curves {
  return history.reduce<Curves>(
    (curves, record) => addPoint(curves, record.epoch, { ...record.train, ...validation(record) }),
    emptyCurves(),
  );
}

/** The lines worth drawing: a part that is the whole loss says nothing more. */
export function linesToDraw({ lines }: Curves): string[] {
  const { loss } = lines;
  return Object.keys(lines).filter(
    (name) =>
      !COUNTED.includes(name) &&
      !(name === PENALTY && lines.discriminator) &&
      (name === 'loss' || !loss || lines[name].some((value, i) => value !== loss[i])),
  );
}

/** One line without its gaps: where it was measured, and what. */
export type Measured = readonly { x: number; value: number }[];

export function measured({ x, lines }: Curves, name: string): Measured {
  return (lines[name] ?? []).flatMap((value, i) => (value === null ? [] : [{ x: x[i], value }]));
}

function validation(record: EpochRecord | undefined): Figures {
  const loss = record?.validation?.loss;
  return loss === undefined ? {} : { 'loss, validation': loss };
}

function addPoint(curves: Curves, at: number, values: Figures): Curves {
  const { x, lines } = curves.x.length >= MAX_POINTS ? thinned(curves) : curves;
  if (x.length > 0 && at < x[x.length - 1]) return curves;
  const names = new Set([...Object.keys(lines), ...Object.keys(values)]);
  const out: Record<string, (number | null)[]> = {};
  for (const name of names) {
    const before = lines[name] ?? Array<null>(x.length).fill(null);
    const value = values[name];
    out[name] = [...before, Number.isFinite(value) ? value : null];
  }
  return { x: [...x, at], lines: out };
}

function thinned({ x, lines }: Curves): Curves {
  const keep = x.map((_, i) => i).filter((i) => i % 2 === 1 || lines['loss, validation']?.[i] != null);
  return {
    x: keep.map((i) => x[i]),
    lines: Object.fromEntries(Object.entries(lines).map(([name, line]) => [name, keep.map((i) => line[i])])),
  };
}
