/** What can be learned from a data set: recipes, which are good starts by kind of data, and every method by its family. */
import type { Options } from '@portolan/core/base';
import { epochsFor } from '@portolan/core/spaces';
import type { Family, Takes } from '@portolan/core/spaces';
import type { DataInfo, MethodInfo } from '@portolan/core/workbench';

export interface Recipe {
  id: string;
  title: string;
  /** what it is good for, and about how it works */
  summary: string;
  method: string;
  options: Partial<Options>;
}

interface KnownRecipe extends Recipe {
  takes: Takes;
  /** of the data it takes, that which it suits */
  fits?: (data: DataInfo) => boolean;
}

const RECIPES: readonly KnownRecipe[] = [
  {
    id: 'vectors',
    title: 'As they are',
    summary:
      'These rows are vectors already, each with its word: they are the space, to be mapped and searched at once.',
    method: 'vectors',
    options: {},
    takes: 'rows',
    fits: ({ medium, featureNames, columns, nFeatures }) =>
      medium.kind === 'vector' &&
      !featureNames &&
      nFeatures >= 8 &&
      (columns ?? []).some(({ type }) => type === 'text'),
  },
  {
    id: 'game',
    title: 'A game of two',
    summary:
      'A GAN: a generator invents points, a discriminator tells them from yours. Watch it, slow it down, step either.',
    method: 'gan',
    options: {},
    takes: 'rows',
    fits: ({ nFeatures, medium }) => nFeatures === 2 && medium.kind === 'vector',
  },
  {
    id: 'chart',
    title: 'A chart to travel',
    summary: 'An autoencoder with two latent dimensions: the map is the space, every place on it can be decoded.',
    method: 'autoencoder',
    options: { latentDim: 2 },
    takes: 'rows',
    fits: (data) => data.nFeatures > 1,
  },
  {
    id: 'faithful',
    title: 'Faithful pictures',
    summary: 'An autoencoder with sixteen dimensions keeps far more; its map is a projection, with a slider for each.',
    method: 'autoencoder',
    options: { latentDim: 16 },
    takes: 'rows',
    fits: (data) => data.nFeatures > 32,
  },
  {
    id: 'imagine',
    title: 'Smooth, to draw new ones from',
    summary: 'A variational autoencoder: an even space without gaps, from which samples that never were can be drawn.',
    method: 'vae',
    options: {},
    takes: 'rows',
    fits: (data) => data.nFeatures > 1,
  },
  {
    id: 'invent',
    title: 'Sharp, to invent new ones',
    summary:
      'A GAN: a generator and a discriminator learn against each other. Takes minutes; its map comes at the end.',
    method: 'gan',
    options: {},
    takes: 'rows',
    fits: ({ medium }) => medium.kind === 'image',
  },
  {
    id: 'traits',
    title: 'A latent for each trait',
    summary: 'A β-TCVAE presses latents to vary independently, so that each comes to stand for one trait of the data.',
    method: 'tc-vae',
    options: {
      latentDim: 8,
      beta: 4,
      layers: [256, 128],
      batchSize: 128,
      learningRate: 0.002,
      schedule: 'cosine',
      // some eight thousand updates of 5,000 sprites; fewer part nothing
      epochs: 200,
    },
    takes: 'rows',
    // data whose factors are known, which is where it can be seen
    fits: ({ medium, columns = [] }) =>
      medium.kind === 'image' && columns.filter(({ type }) => type === 'number').length >= 3,
  },
  {
    id: 'linear',
    title: 'Straight and instant',
    summary: 'PCA: the directions along which the data varies most. Seconds, exact, and often a good first look.',
    method: 'pca',
    options: {},
    takes: 'rows',
  },
  {
    id: 'words',
    title: 'Words by their company',
    summary: 'word2vec: words that stand in like sentences lie near each other, and directions carry meaning.',
    method: 'word2vec',
    options: {},
    takes: 'texts',
  },
  {
    id: 'sentences',
    title: 'Whole texts by what they say',
    summary: 'A small transformer that learns to fill in missing words; each text becomes a point.',
    method: 'transformer',
    options: {},
    takes: 'texts',
  },
  {
    id: 'hierarchy',
    title: 'A hierarchy on a disc',
    summary: 'Poincaré embedding: what is general lies in the middle, what is special at the rim, kin beside kin.',
    method: 'poincare',
    options: {},
    takes: 'links',
  },
  {
    id: 'network',
    title: 'A network by its paths',
    summary: 'node2vec: things that short walks along the links bring together lie near each other.',
    method: 'node2vec',
    options: {},
    takes: 'links',
  },
  {
    id: 'taste',
    title: 'Taste',
    summary: 'Matrix factorisation: users lie near what they like, and things near what is liked by the same people.',
    method: 'als',
    options: {},
    takes: 'ratings',
  },
  {
    id: 'seen',
    title: 'As a trained eye sees them',
    summary:
      'MobileNetV2, which learned from a million photographs, or a model you name. Needs a package; nothing decodes.',
    method: 'pretrained',
    options: { model: 'images' },
    takes: 'pictures',
  },
  {
    id: 'read',
    title: 'As a trained reader takes them',
    summary:
      'A sentence encoder that has read much, or a model you name. Needs a package; knows synonyms from the start.',
    method: 'pretrained',
    options: { model: 'sentences' },
    takes: 'texts',
  },
];

/** The families as people read them, in the order of the list. */
const FAMILIES: Readonly<Record<Family, string>> = {
  linear: 'Linear and classical',
  autoencoder: 'Autoencoders',
  variational: 'Variational autoencoders',
  adversarial: 'Adversarial networks',
  supervised: 'Learned with labels',
  text: 'Words and texts',
  graph: 'Graphs and hierarchies',
  ratings: 'Ratings',
  vectors: 'Vectors as they are',
  pretrained: 'Trained by others',
};

const LINK_ENDS = /^(source|target|from|to|child|parent|head|tail)$/i;
const USER = /^user/i;
const ITEM = /^(item|movie|product|book|song|track|article)/i;

/** What kinds of learning a data set has material for. */
export function takesOf({ nFeatures, medium, columns = [], featureNames = [] }: DataInfo): Takes[] {
  const names = [...columns.map(({ name }) => name), ...featureNames];
  const takes: Takes[] = [];
  if (names.filter((name) => LINK_ENDS.test(name)).length >= 2) takes.push('links');
  if (names.some((name) => USER.test(name)) && names.some((name) => ITEM.test(name))) takes.push('ratings');
  if (nFeatures > 0) takes.push('rows');
  if (medium.kind === 'image') takes.push('pictures');
  if (columns.some(({ type }) => type === 'text') && nFeatures === 0) takes.push('texts');
  return takes;
}

/** The methods for a data set, by family; those that need classes only where there are some. */
export function methodGroups(
  data: DataInfo,
  methods: readonly MethodInfo[],
): { title: string; methods: readonly MethodInfo[] }[] {
  const takes = takesOf(data);
  const hasClasses = data.columns?.some(({ type }) => type === 'category') ?? false;
  const usable = methods.filter(
    ({ takes: needs = 'rows', alsoTakes, labels }) =>
      (takes.includes(needs) || (alsoTakes !== undefined && takes.includes(alsoTakes))) &&
      (labels !== 'needed' || hasClasses),
  );
  return Object.entries(FAMILIES)
    .map(([family, title]) => ({ title, methods: usable.filter((method) => method.family === family) }))
    .filter((group) => group.methods.length > 0);
}

/** What is offered for a data set, the first being the one to begin with. */
export function recipesFor(data: DataInfo, methods: readonly MethodInfo[]): Recipe[] {
  const takes = takesOf(data);
  return RECIPES.filter(({ takes: needs, fits }) => takes.includes(needs) && (fits?.(data) ?? true))
    .sort((a, b) => takes.indexOf(a.takes) - takes.indexOf(b.takes))
    .flatMap(({ id, title, summary, method: name, options }) => {
      const method = methods.find((other) => other.name === name);
      return method ? [{ id, title, summary, method: name, options: withinReach(options, data, method) }] : [];
    });
}

/** Any method by its own name, with options within the data's reach. */
export function plainRecipe(data: DataInfo, method: MethodInfo): Recipe {
  const { name, title, summary } = method;
  return { id: name, title, summary, method: name, options: withinReach({}, data, method) };
}

/** Only options that the method has; no more latent dimensions than features allow; the epochs that suit the data where the choice is left to it. */
function withinReach(options: Partial<Options>, data: DataInfo, method: MethodInfo): Partial<Options> {
  const out: Partial<Options> = {};
  const ofRows = (method.takes ?? 'rows') === 'rows';
  // a generator is no bottleneck: with fewer latents than the plane has it could draw but a line
  const squeezes = ofRows && method.family !== 'adversarial';
  for (const { name, default: usual } of method.options) {
    const value = options[name] ?? (name === 'latentDim' || name === 'epochs' ? usual : undefined);
    if (value === undefined) continue;
    if (name === 'latentDim' && squeezes) out[name] = Math.max(1, Math.min(Number(value), data.nFeatures - 1));
    else if (name === 'epochs' && squeezes) out[name] = Number(value) || epochsFor(data.nSamples);
    else out[name] = value;
  }
  return out;
}
