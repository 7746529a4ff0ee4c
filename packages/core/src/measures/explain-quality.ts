/** What the figures of a map mean, in plain sentences. */
import type { MapQuality } from '../maps/index.ts';

/** Methods that keep neighbourhoods at the price of distances. */
const LOCAL = ['tsne', 'umap', 'pacmap'];

/**
 * A sentence or two for each figure, the most telling first.
 * @param method  the name of the method that made the map
 */
export function explainQuality(quality: MapQuality, method?: string): string[] {
  const { nNeighbors: k, sampleSize } = quality;
  if (k < 1) return ['There are too few points to tell how far the map can be believed.'];
  const sentences = [
    neighborSentence(quality),
    trustSentence(quality.trustworthiness),
    tearSentence(quality.continuity),
  ];
  if (quality.shepard !== undefined) sentences.push(distanceSentence(quality.shepard, method));
  if (quality.labelAccuracy !== undefined) {
    sentences.push(
      `A point's neighbours on the map tell its label right in ${percent(quality.labelAccuracy)} of 100 cases.`,
    );
  }
  if (quality.explainedVariance !== undefined) {
    const share = percent(quality.explainedVariance);
    sentences.push(
      share === 100
        ? 'The map shows all the variance there is.'
        : `The map shows ${share} % of the variance; the rest lies in directions that are not drawn.`,
    );
  }
  sentences.push(`Measured exactly on ${sampleSize.toLocaleString('en-US')} points; neighbours are those among them.`);
  return sentences;
}

function neighborSentence({ neighborRecall, neighborRecalls = {}, nNeighbors: k }: MapQuality): string {
  const first = `Of ${k === 1 ? 'its one true neighbour' : `${k} true neighbours`}, a point keeps ${count(neighborRecall * k)} on the map`;
  const others = Object.entries(neighborRecalls)
    .filter(([other]) => Number(other) !== k)
    .map(([other, recall]) => `${count(recall * Number(other))} of ${other}`);
  return others.length > 0 ? `${first} (and ${others.join(', ')}).` : `${first}.`;
}

function trustSentence(value: number): string {
  const figure = `trustworthiness ${value.toFixed(3)}`;
  if (value >= 0.97) return `Points that are close on the map are close in the data (${figure}).`;
  if (value >= 0.9) return `Points that are close on the map are mostly close in the data (${figure}).`;
  if (value >= 0.75) return `Points that are close on the map are often strangers in the data (${figure}).`;
  return `Closeness on the map says little about the data (${figure}; 0.5 is chance).`;
}

function tearSentence(value: number): string {
  const figure = `continuity ${value.toFixed(3)}`;
  if (value >= 0.97) return `Neighbours in the data stay together on the map (${figure}).`;
  if (value >= 0.9) return `Neighbours in the data mostly stay together; some are torn apart (${figure}).`;
  if (value >= 0.75) return `Many neighbours in the data are torn apart on the map (${figure}).`;
  return `Most neighbours in the data are torn apart on the map (${figure}; 0.5 is chance).`;
}

function distanceSentence(value: number, method = ''): string {
  const figure = `rank correlation ${value.toFixed(2)}`;
  const local = LOCAL.includes(method) ? ', as is usual for this method: gaps and sizes of clusters mean little' : '';
  if (value >= 0.9) return `Far and near on the map are far and near in the data (${figure}).`;
  if (value >= 0.6) return `Distances across the map follow those in the data roughly (${figure}).`;
  if (value >= 0.2) return `Distances across the map follow those in the data loosely (${figure})${local}.`;
  return `Distances across the map say nothing of those in the data (${figure})${local}.`;
}

/** A count with at most one digit after the point, and that only when it is small. */
const count = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, ''));
const percent = (value: number): number => Math.round(100 * value);
