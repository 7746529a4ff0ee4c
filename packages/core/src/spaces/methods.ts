/** The ways to learn a space. A new one joins by a line here, and the contract suite runs over it. */
import { als } from './als.ts';
import { autoencoder } from './autoencoder.ts';
import { bpr } from './bpr.ts';
import { classifier } from './classifier.ts';
import { ease } from './ease.ts';
import { factorAnalysis } from './factor-analysis.ts';
import { ica } from './ica.ts';
import { gan } from './gan.ts';
import { kernelPca } from './kernel-pca.ts';
import type { SpaceMethod } from './latent-space.ts';
import { lda } from './lda.ts';
import { nmf } from './nmf.ts';
import { node2vec } from './node2vec.ts';
import { pca } from './pca-space.ts';
import { pretrained } from './pretrained.ts';
import { poincare } from './poincare.ts';
import { contractive } from './contractive.ts';
import { dipVae } from './dip-vae.ts';
import { factorVae } from './factor-vae.ts';
import { rae } from './rae.ts';
import { sparse } from './sparse.ts';
import { tcVae } from './tc-vae.ts';
import { hyperbolicVae } from './hyperbolic-vae.ts';
import { sphericalVae } from './spherical-vae.ts';
import { vae } from './vae.ts';
import { vqVae } from './vq-vae.ts';
import { wae } from './wae.ts';
import { vectors } from './vectors-space.ts';
import { transformer } from './transformer.ts';
import { word2vec } from './word2vec.ts';

export const spaceMethods: readonly SpaceMethod[] = [
  pca,
  autoencoder,
  contractive,
  sparse,
  rae,
  vae,
  tcVae,
  factorVae,
  dipVae,
  wae,
  sphericalVae,
  hyperbolicVae,
  vqVae,
  vectors,
  word2vec,
  transformer,
  pretrained,
  factorAnalysis,
  ica,
  nmf,
  kernelPca,
  lda,
  gan,
  classifier,
  poincare,
  node2vec,
  als,
  bpr,
  ease,
];
