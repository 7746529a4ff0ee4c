/** Items in a few words, as menus and lists show them: size, method, date. */
import type { DataInfo, MapInfo, SpaceInfo } from '@portolan/core/workbench';
import { bytes, counted, figure, percent, when } from './format.ts';

export function aboutData({ nSamples, nFeatures, medium, bytes: size, created, pack }: DataInfo): string[] {
  const { kind } = medium;
  const what =
    kind === 'image'
      ? `${medium.width} × ${medium.height}${medium.channels === 3 ? ' colour' : ''}`
      : counted(nFeatures, 'feature');
  return [counted(nSamples, 'sample'), what, bytes(size), pack ? 'comes with Portolan' : when(created)].filter(Boolean);
}

export function aboutSpace({ method, latentDim, metrics, stopped, created }: SpaceInfo): string[] {
  const error = metrics.mse === undefined ? '' : `error ${figure(metrics.mse)}`;
  return [method, counted(latentDim, 'dimension'), error, stopped ? 'stopped early' : '', when(created)].filter(
    Boolean,
  );
}

/** @param title  of its method, as people write it */
export function aboutMap({ method, quality, created }: MapInfo, title: string = method): string[] {
  return [title, `trust ${percent(quality.trustworthiness)}`, when(created)].filter(Boolean);
}
