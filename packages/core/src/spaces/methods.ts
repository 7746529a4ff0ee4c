/** The ways to learn a space. A new one joins by a line here, and the contract suite runs over it. */
import { autoencoder } from './autoencoder.ts';
import { classifier } from './classifier.ts';
import { factorAnalysis } from './factor-analysis.ts';
import { ica } from './ica.ts';
import { gan } from './gan.ts';
import { kernelPca } from './kernel-pca.ts';
import type { SpaceMethod } from './latent-space.ts';
import { lda } from './lda.ts';
import { nmf } from './nmf.ts';
import { pca } from './pca-space.ts';
import { poincare } from './poincare.ts';
import { vae } from './vae.ts';
import { vectors } from './vectors-space.ts';

export const spaceMethods: readonly SpaceMethod[] = [
  pca,
  autoencoder,
  vae,
  vectors,
  factorAnalysis,
  ica,
  nmf,
  kernelPca,
  lda,
  gan,
  classifier,
  poincare,
];
