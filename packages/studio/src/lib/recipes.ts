/** Recipes: good starts by kind of data. A method without one of its own is offered by its own name. */
import type { Options } from '@portolan/core/spaces';
import type { DataInfo, MethodInfo } from '@portolan/core/workbench';

export interface Recipe {
  id: string;
  title: string;
  /** what it is good for, and about how it works */
  summary: string;
  method: string;
  options: Partial<Options>;
}

const RECIPES: readonly (Recipe & { fits: (data: DataInfo) => boolean })[] = [
  {
    id: 'chart',
    title: 'A chart to travel',
    summary: 'An autoencoder with two latent dimensions: the map is the space, every place on it can be decoded.',
    method: 'autoencoder',
    options: { latentDim: 2 },
    fits: (data) => data.nFeatures > 1,
  },
  {
    id: 'faithful',
    title: 'Faithful pictures',
    summary: 'An autoencoder with sixteen dimensions keeps far more; its map is a projection, with a slider for each.',
    method: 'autoencoder',
    options: { latentDim: 16 },
    fits: (data) => data.nFeatures > 32,
  },
  {
    id: 'imagine',
    title: 'Smooth, to draw new ones from',
    summary: 'A variational autoencoder: an even space without gaps, from which samples that never were can be drawn.',
    method: 'vae',
    options: {},
    fits: (data) => data.nFeatures > 1,
  },
  {
    id: 'linear',
    title: 'Straight and instant',
    summary: 'PCA: the directions along which the data varies most. Seconds, exact, and often a good first look.',
    method: 'pca',
    options: {},
    fits: () => true,
  },
];

/** Updates after which a small network has begun to fit; ten epochs over the digits make as many. */
const UPDATES = 400;

/** What is offered for a data set, the first being the one to begin with. */
export function recipesFor(data: DataInfo, methods: readonly MethodInfo[]): Recipe[] {
  const known = RECIPES.filter(({ method, fits }) => methods.some(({ name }) => name === method) && fits(data));
  const others = methods.filter(({ name }) => !RECIPES.some(({ method }) => method === name));
  return [
    ...known.map(({ id, title, summary, method, options }) => ({
      id,
      title,
      summary,
      method,
      options: withinReach(
        options,
        data,
        methods.find(({ name }) => name === method)!,
      ),
    })),
    ...others.map(({ name, title, summary }) => ({ id: name, title, summary, method: name, options: {} })),
  ];
}

/** Only options that the method has; no more latent dimensions than features allow; more epochs for little data. */
function withinReach(options: Partial<Options>, data: DataInfo, method: MethodInfo): Partial<Options> {
  const out: Partial<Options> = {};
  for (const { name, default: usual } of method.options) {
    const value = options[name] ?? (name === 'latentDim' || name === 'epochs' ? usual : undefined);
    if (value === undefined) continue;
    if (name === 'latentDim') out[name] = Math.max(1, Math.min(Number(value), data.nFeatures - 1));
    else if (name === 'epochs') out[name] = Math.max(Number(value), epochsFor(data.nSamples, method));
    else out[name] = value;
  }
  return out;
}

/** Epochs that make enough updates, in tens. */
function epochsFor(nSamples: number, { options }: MethodInfo): number {
  const batchSize = Number(options.find(({ name }) => name === 'batchSize')?.default ?? 256);
  return Math.ceil(UPDATES / Math.ceil(nSamples / batchSize) / 10) * 10;
}
