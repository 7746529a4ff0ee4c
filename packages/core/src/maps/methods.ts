/** The ways to make a map; a new one joins by a line here. */
import { FormatError, matrix } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { coordinatesMap } from './coordinates-map.ts';
import { lda } from './lda.ts';
import { mds } from './mds.ts';
import { pacmap } from './pacmap.ts';
import { pcaMap } from './pca-map.ts';
import { poincare } from './poincare.ts';
import { readProjectionJson } from './projection-json.ts';
import type { MapMethod, Projection } from './projection.ts';
import { tsne } from './tsne.ts';
import { TURN, readTurn, turnedMap } from './turned-map.ts';
import { umap } from './umap.ts';

export const mapMethods: readonly MapMethod[] = [pcaMap, umap, pacmap, tsne, lda, mds, poincare];

/**
 * A saved projection, over its coordinates if they are given; `transform` and `inverse` need only the files.
 * @throws FormatError when a file is missing, damaged, or made by a method or version that is not known here
 */
export function loadProjection(files: Record<string, Uint8Array>, coordinates?: Matrix): Projection {
  if (!files['projection.json']) {
    const found = Object.keys(files).join(', ') || 'nothing';
    throw new FormatError(`a map needs a projection.json; found ${found}`, { details: { name: 'projection.json' } });
  }
  const { method, nComponents } = readProjectionJson(files['projection.json']);
  const known = [...mapMethods, coordinatesMap].find(({ name }) => name === method);
  if (!known) {
    const names = mapMethods.map(({ name }) => name).join(', ');
    throw new FormatError(`projection.json names the method ${method}, which is not known here; known are ${names}`, {
      code: 'unknown-method',
      details: { name: 'projection.json' },
    });
  }
  if (coordinates && coordinates.cols !== nComponents) {
    throw new FormatError(`the coordinates have ${coordinates.cols} columns, projection.json says ${nComponents}`, {
      details: { name: 'projection.json' },
    });
  }
  if (!files[TURN]) return known.load(files, coordinates ?? matrix(0, nComponents));
  const turn = readTurn(files[TURN], nComponents);
  // inside it lies as the method put it, which its own files know
  return turnedMap(known.load(files, matrix(0, nComponents)), turn, coordinates ?? matrix(0, nComponents));
}
