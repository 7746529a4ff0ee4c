/** space.json: what the files of a space are. */
import { FormatError } from '../base/index.ts';
import type { Medium } from '../data/index.ts';
import type { GeometrySpec } from './geometry.ts';
import type { Conditions } from './latent-space.ts';
import type { PriorSpec } from './prior.ts';

/** The version of space.json that is written; older ones are read. */
export const SPACE_VERSION = 2;
const FORMAT = 'portolan-space';
/** space.json. */
export interface SpaceManifest {
  format: typeof FORMAT;
  version: number;
  /** how it is kept, a name of FORMS in load-space.ts; `onnx` when left out */
  form?: string;
  method: string;
  latentDim: number;
  nFeatures: number;
  geometry: GeometrySpec;
  medium: Medium;
  prior?: PriorSpec;
  conditions?: Conditions;
  /** what else the form keeps */
  parameters?: Record<string, unknown>;
}

/** A manifest of this version, as the bytes of space.json. */
export function writeManifest(manifest: Omit<SpaceManifest, 'format' | 'version'>): Uint8Array {
  const whole: SpaceManifest = { format: FORMAT, version: SPACE_VERSION, ...manifest };
  return new TextEncoder().encode(`${JSON.stringify(whole, null, 2)}\n`);
}

/** @throws FormatError when the bytes are no space.json, or one of a later version */
export function readManifest(bytes: Uint8Array): SpaceManifest {
  let manifest: Partial<SpaceManifest> | null;
  try {
    manifest = JSON.parse(new TextDecoder().decode(bytes)) as Partial<SpaceManifest> | null;
  } catch (cause) {
    throw new FormatError('space.json is not JSON; it may be cut short', { details: { name: 'space.json' }, cause });
  }
  if (manifest?.format !== FORMAT || !Number.isInteger(manifest.version) || typeof manifest.method !== 'string') {
    throw new FormatError(`space.json does not describe a space; expected format ${FORMAT} with version and method`, {
      details: { name: 'space.json' },
    });
  }
  if ((manifest.version as number) > SPACE_VERSION) {
    throw new FormatError(
      `space.json is of version ${manifest.version}, newer than ${SPACE_VERSION}, which this program knows; update it`,
      { code: 'newer-version', details: { name: 'space.json', version: manifest.version } },
    );
  }
  // before version 2 the geometry was a name
  const geometry = typeof manifest.geometry === 'object' ? manifest.geometry : { name: 'euclidean' };
  return { medium: { kind: 'vector' }, ...manifest, geometry } as SpaceManifest;
}
