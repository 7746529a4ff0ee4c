/** projection.json: which method made a map, and its sizes. */
import { FormatError } from '../base/index.ts';

/** The version of projection.json that is written; older ones are read. */
export const PROJECTION_VERSION = 1;
const FORMAT = 'portolan-projection';

export interface ProjectionManifest {
  method: string;
  nComponents: number;
  /** width of what was projected */
  nFeatures: number;
}

export function projectionJson(manifest: ProjectionManifest): Uint8Array {
  const whole = { format: FORMAT, version: PROJECTION_VERSION, ...manifest };
  return new TextEncoder().encode(`${JSON.stringify(whole, null, 2)}\n`);
}

/** @throws FormatError when the bytes are no projection.json, or, code `newer-version`, of a later version */
export function readProjectionJson(bytes: Uint8Array): ProjectionManifest {
  const details = { name: 'projection.json' };
  let read: (Partial<ProjectionManifest> & { format?: unknown; version?: unknown }) | null;
  try {
    read = JSON.parse(new TextDecoder().decode(bytes)) as typeof read;
  } catch (cause) {
    throw new FormatError('projection.json is not JSON; it may be cut short', { details, cause });
  }
  const { format, version, method, nComponents, nFeatures } = read ?? {};
  if (format !== FORMAT || !count(version) || typeof method !== 'string' || !count(nComponents) || !count(nFeatures)) {
    throw new FormatError(`projection.json does not describe a map; expected format ${FORMAT} with method and sizes`, {
      details,
    });
  }
  if (version > PROJECTION_VERSION) {
    throw new FormatError(
      `projection.json is of version ${version}, newer than ${PROJECTION_VERSION}, which this program knows; update it`,
      { code: 'newer-version', details: { ...details, version } },
    );
  }
  return { method, nComponents, nFeatures };
}

function count(n: unknown): n is number {
  return Number.isInteger(n) && (n as number) > 0;
}
