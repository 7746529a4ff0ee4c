/** Distributions over codes of curved spaces. */
import { matrix, random } from '../base/index.ts';
import type { Matrix } from '../base/index.ts';
import { BALL_RADIUS } from './geometry.ts';
import type { Prior } from './latent-space.ts';

/**
 * As space.json has them. `uniformSphere` knows no direction from another; `wrappedNormal` is a normal distribution of
 * standard deviation `scale` about the centre of the Poincaré ball, laid onto it by the exponential map, with distances
 * of curvature −1 (Nagano et al. 2019).
 */
export type CurvedPriorSpec = { kind: 'uniformSphere' } | { kind: 'wrappedNormal'; scale: number };

export function curvedPrior(spec: CurvedPriorSpec, latentDim: number): Prior {
  const sampleOf = (place: (row: Float32Array) => void): Prior['sample'] => {
    return (n, seed) => {
      const z = matrix(n, latentDim);
      random(seed).fillNormal(z.data);
      eachRow(z, place);
      return z;
    };
  };
  return spec.kind === 'uniformSphere'
    ? { name: 'uniform on the sphere', sample: sampleOf(toSphere) }
    : {
        name: 'wrapped normal about the centre',
        // at the centre a tangent of length l leads as far as 2 l, to the radius tanh l
        sample: sampleOf((row) =>
          rescale(row, (length) => Math.min(BALL_RADIUS, Math.tanh((spec.scale * length) / 2))),
        ),
      };
}

function eachRow({ data, rows, cols }: Matrix, visit: (row: Float32Array) => void): void {
  for (let i = 0; i < rows; i++) visit(data.subarray(i * cols, (i + 1) * cols));
}

const toSphere = (row: Float32Array): void => rescale(row, () => 1);

/** Gives a vector another length. */
function rescale(row: Float32Array, to: (length: number) => number): void {
  let squares = 0;
  for (const value of row) squares += value * value;
  const length = Math.sqrt(squares);
  const scale = length > 0 ? to(length) / length : 0;
  for (let j = 0; j < row.length; j++) row[j] *= scale;
}
