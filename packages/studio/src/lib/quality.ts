/** How far a map can be believed, in plain words beside the figures. */
import type { MapQuality } from '@portolan/core/maps';

export interface QualityFigure {
  name: string;
  value: number;
  /** what the share is of */
  words: string;
}

/** The figures that are shares, as bars show them. */
export function qualityFigures(quality: MapQuality): QualityFigure[] {
  const { trustworthiness, continuity, neighborRecall, labelAccuracy, explainedVariance, nNeighbors: k } = quality;
  const figures: (Omit<QualityFigure, 'value'> & { value?: number })[] = [
    { name: 'trustworthiness', value: trustworthiness, words: 'of what is near here is near in truth' },
    { name: 'continuity', value: continuity, words: 'of what is near in truth is near here' },
    {
      name: 'neighbour recall',
      value: neighborRecall,
      words: k === 1 ? 'of the nearest are nearest here too' : `of the ${k} nearest are nearest here too`,
    },
    { name: 'label accuracy', value: labelAccuracy, words: 'of labels follow from the nearest here' },
    { name: 'explained variance', value: explainedVariance, words: 'of the variance lies in this map' },
  ];
  return figures.filter((figure): figure is QualityFigure => figure.value !== undefined);
}

/** One sentence to begin with. */
export function verdict({ trustworthiness, continuity, sampleSize }: MapQuality): string {
  if (sampleSize < 3) return 'So few samples can’t be misplaced.';
  const near =
    trustworthiness >= 0.95
      ? 'Neighbours here can be believed'
      : trustworthiness >= 0.85
        ? 'Most neighbours here are true ones, some are not'
        : 'Many neighbours here are false: this map shows the broad view';
  const torn =
    continuity >= 0.95
      ? 'and little was torn apart'
      : continuity >= 0.85
        ? 'and some was torn apart'
        : 'and much was torn apart';
  return `${near}, ${torn}.`;
}

const NEARNESS: Record<string, string> = {
  cosine: 'by angles',
  hyperbolic: 'by hyperbolic distances',
  manhattan: 'by Manhattan distances',
};

/** What near was taken to mean, where that is not the plain distance. */
export function nearness({ distance = 'euclidean', mapDistance }: MapQuality): string {
  const [inData, onMap] = [NEARNESS[distance], mapDistance && NEARNESS[mapDistance]];
  if (!inData) return onMap ? `, on the map ${onMap}` : '';
  return `, ${inData}${onMap ? (onMap === inData ? ' in both' : `, on the map ${onMap}`) : ''}`;
}
