/** Items in a few words, as menus and lists show them: size, method, date. */
import type { Medium } from '@portolan/core/data';
import type { DataInfo, MapInfo, SpaceInfo } from '@portolan/core/workbench';
import { bytes, count, counted, figure, percent, when } from './format.ts';

export function aboutData({ nSamples, nFeatures, medium, itemsOf, bytes: size, created, pack }: DataInfo): string[] {
  const what = aboutRow(medium, nFeatures);
  const rows = itemsOf
    ? `${count(nSamples)} ${itemsOf.what} of ${itemsOf.space ?? 'a removed space'}`
    : counted(nSamples, 'sample');
  return [rows, what, ...(pack ? [] : [bytes(size), when(created)])].filter(Boolean);
}

export function aboutSpace({ method, latentDim, metrics, stopped, created }: SpaceInfo): string[] {
  const error = metrics.mse === undefined ? '' : `error ${figure(metrics.mse)}`;
  return [method, counted(latentDim, 'dimension'), error, stopped ? 'stopped early' : '', when(created)].filter(
    Boolean,
  );
}

function aboutRow(medium: Medium, nFeatures: number): string {
  if (medium.kind === 'image') return `${medium.width} × ${medium.height}${medium.channels === 3 ? ' colour' : ''}`;
  if (medium.kind === 'text') return 'texts';
  if (medium.kind === 'sound') return `${(nFeatures / medium.sampleRate).toFixed(1)} s of sound`;
  return nFeatures > 0 ? counted(nFeatures, 'feature') : 'a table';
}

/** @param title  of its method, as people write it */
export function aboutMap({ method, quality, created }: MapInfo, title: string = method): string[] {
  return [title, `trust ${percent(quality.trustworthiness)}`, when(created)].filter(Boolean);
}
