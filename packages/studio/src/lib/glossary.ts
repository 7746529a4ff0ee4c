/** The field's terms in a sentence or two each; docs/glossary.md says more. */
export const GLOSSARY = {
  'latent space':
    'A space of few numbers in which a model places every sample, so that like lies near like. A point in it is a code.',
  code: 'The few numbers that a model keeps of a sample: its place in the latent space.',
  'latent dim': 'How many numbers a code has. Two can be looked at directly; more keep more of the data.',
  decode: 'To turn a code back into data: an image, a row. Between samples it shows what the model imagines there.',
  encode: 'To turn a sample into its code.',
  reconstruction: 'A sample encoded and decoded again. How close it comes says what the space has kept.',
  autoencoder: 'A network that squeezes each sample into a code and rebuilds it. What it must keep becomes the space.',
  vae: 'A variational autoencoder: codes are small clouds, kept near the origin, so that every place decodes well and new samples can be drawn.',
  pca: 'Principal component analysis: the flat directions along which the data varies most. Exact, fast, linear.',
  kl: 'Kullback–Leibler divergence: how far the codes are from the prior, in nats. It keeps a VAE’s space even.',
  mse: 'Mean squared error: the mean over samples and features of the squared difference to the original. Lower is better.',
  loss: 'What learning makes small. Its parts are shown beside it.',
  epoch: 'One pass over all the data.',
  validation: 'Samples set aside: never learned from, only used to see how well the space does on new ones.',
  projection: 'A way to put codes of many dimensions on a flat map. Something is always lost; Judge says how much.',
  trustworthiness:
    'Of the points near each other on the map, how many truly are near. 1 means that no neighbour is false.',
  continuity: 'Of the points that truly are near, how many the map keeps near. 1 means that nothing was torn apart.',
  'neighbour recall': 'The share of true nearest neighbours that are nearest on the map too.',
  'label accuracy': 'How often a sample’s label is guessed right from its nearest neighbours on the map alone.',
  'explained variance': 'The share of the data’s variance that the map’s two axes carry.',
  'n neighbors': 'To how many of its nearest a point is tied. Few show fine grain, many the broad lines.',
  perplexity: 'About how many neighbours t-SNE looks at around each point, smoothly weighted.',
  'min dist': 'How near UMAP lets points come. Small packs clusters tight, large lets them breathe.',
  density:
    'How many points lie around each place, smoothed by a Gaussian kernel. Its strength grows with the logarithm of their number, and its colour is the mean of theirs.',
  'neighbours kept': 'Of one sample, the share of its true nearest that are nearest on the map too.',
  stress: 'The root of the share of squared distances that the map misses. 0 means that every distance is kept.',
  shrinkage: 'How far the spread within the classes is taken for round, so that few samples don’t mislead.',
  'shepard correlation':
    'How well far and near on the map follow far and near in the data, by rank: 1 is the same order, 0 none.',
  'kl divergence': 'What t-SNE makes small: how far the map’s neighbourhoods are from the data’s, in nats.',
  'modes covered':
    'Clouds or classes of the data of which a generator makes at least a tenth of what is due. Fewer than there are: it repeats itself.',
  prior: 'The distribution that codes should follow. Drawing from it and decoding gives samples that never were.',
  'rhumb lines':
    'From a sample to its true nearest neighbours: solid where the map kept them near, dashed where it tore them away. What only the map puts near fades.',
  plane: 'The map’s plane decoded on a grid beforehand: what lives everywhere, at a glance.',
  onnx: 'An open file format for networks, read by runtimes in every language.',
} as const;

export type Term = keyof typeof GLOSSARY;

/** Where the glossary's page says more. */
export function glossaryLink(term: Term): string {
  return `./glossary.html#${term.replaceAll(' ', '-')}`;
}

/** Which of our figures and options have an entry. */
export function termFor(name: string): Term | undefined {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return Object.hasOwn(GLOSSARY, words) ? (words as Term) : ALIASES[words];
}

const ALIASES: Record<string, Term> = {
  epochs: 'epoch',
  'n epochs': 'epoch',
  'validation share': 'validation',
  reconstruct: 'reconstruction',
  beta: 'kl',
  'neighbor recall': 'neighbour recall',
};
