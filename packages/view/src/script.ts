/** The package as a plain script: everything at `portolan`, and `<latent-map>` known to the page. */
import { defineLatentMap } from './latent-map-element.ts';

export * from './index.ts';

defineLatentMap();
