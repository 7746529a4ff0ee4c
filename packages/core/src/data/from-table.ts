/** A table → rows and columns: which columns are features, which stand beside, and each one's type. */
import { FormatError, InputError } from '../base/index.ts';
import type { Found } from './assemble.ts';
import { columnBuilder } from './columns.ts';
import type { ColumnBuilder } from './columns.ts';
import type { Column, Medium, Rows } from './dataset.ts';
import type { ImageSize } from './images.ts';
import { chooseLabel } from './labels.ts';
import { numberOf, profileTable } from './profile.ts';
import type { Profile } from './profile.ts';
import type { Table } from './table.ts';

export interface TableOptions {
  /** the column that is the label */
  label?: string;
  /** the label may be a column of another file */
  labelled?: boolean;
  /** columns that stand beside the rows although they are numbers */
  columns?: readonly string[];
  image?: ImageSize;
  /** bytes that the values may take */
  limit: number;
}

type Role = 'feature' | 'vector' | 'beside' | 'nothing';

/** Names of row numbers, as tools write them without being asked. */
const INDEX_NAMES = /^(id|index|idx|row|unnamed: 0|column 1|)$/i;
const VECTOR_NAMES = ['embedding', 'embeddings', 'vector', 'vectors', 'features', 'x', 'row', 'image', 'pixels'];

/** @throws FormatError, InputError when there is nothing to learn from */
export async function datasetOfTable(
  table: Table,
  { label: asked, labelled = false, columns: kept = [], image, limit }: TableOptions,
): Promise<Found> {
  const { profiles, nRows } = await profileTable(table);
  if (nRows === 0)
    throw new FormatError(`${table.name} has no rows`, { code: 'empty', details: { name: table.name, offset: 0 } });
  for (const name of kept) chooseLabel(table.names, name, table.name);
  const elsewhere = labelled && asked !== undefined && !table.names.includes(asked);
  const label = elsewhere ? undefined : chooseLabel(table.names, asked, table.name);
  const warnings: string[] = [];
  const vector = chooseVector(profiles, warnings);
  const roles = profiles.map((profile) => roleOf(profile, { label, kept, vector, table, nRows, warnings }));
  const features = profiles.flatMap((profile, c) => (roles[c] === 'feature' ? [profile] : []));
  const used = vector ? [vector] : features;
  const nFeatures = vector ? vector.length! : features.length;
  // names of things and of what they are linked to, or texts: all that is learned stands beside the rows
  const isText = nRows > 1 && profiles.some(({ counts }, c) => roles[c] === 'beside' && counts.text > 0);
  if (nFeatures === 0 && !isText) {
    const why =
      nRows === 1
        ? 'has one row and no number in it: are the rows under its header missing?'
        : `has no column of numbers to learn from; its columns: ${table.names.join(', ')}`;
    throw new InputError(`${table.name} ${why}`, { code: 'no-features' });
  }
  for (const profile of used) refuseNotFinite(profile, table);

  const bytes = used.every(({ min, max, integers }) => integers && min >= 0 && max <= 255);
  const medium = image ? undefined : mediumOfNames(features, bytes);
  const asBytes = bytes && (image !== undefined || medium !== undefined);
  refuseLarge(
    table,
    nRows * (nFeatures * (asBytes ? 1 : 4) + roles.filter((role) => role === 'beside').length * 8),
    limit,
  );
  const data = asBytes ? new Uint8Array(nRows * nFeatures) : new Float32Array(nRows * nFeatures);
  const columns = await fill(table, { profiles, roles, nRows, label, data, nFeatures });
  const rows: Rows = { data, nSamples: nRows, nFeatures, scale: 1 };
  if (nFeatures === 0) return { name: table.name, rows, columns, medium: { kind: 'text' }, warnings, label };
  const featureNames = vector ? undefined : features.map(({ name }) => name);
  return { name: table.name, rows, columns, medium: medium ?? { kind: 'vector' }, featureNames, warnings, label };
}

/** A table beside the rows: every column typed, none a feature. */
export async function columnsOfTable(
  table: Table,
  { label: asked, limit }: Pick<TableOptions, 'label' | 'limit'>,
): Promise<Column[]> {
  const { profiles, nRows } = await profileTable(table);
  const label =
    asked !== undefined && table.names.includes(asked)
      ? asked
      : (chooseLabel(table.names, undefined, table.name) ?? (profiles.length === 1 ? profiles[0].name : undefined));
  refuseLarge(table, nRows * profiles.length * 8, limit);
  const roles = profiles.map((): Role => 'beside');
  return fill(table, { profiles, roles, nRows, label, data: new Float32Array(0), nFeatures: 0 });
}

interface Plan {
  profiles: Profile[];
  roles: Role[];
  nRows: number;
  label?: string;
  data: Float32Array | Uint8Array;
  nFeatures: number;
}

/** The second scan: each value to its place. */
async function fill(table: Table, { profiles, roles, nRows, label, data, nFeatures }: Plan): Promise<Column[]> {
  let next = 0;
  const places = roles.map((role) => (role === 'feature' ? next++ : -1));
  const builders = profiles.map((profile, c): ColumnBuilder | undefined =>
    roles[c] === 'beside' ? columnBuilder(profile, nRows, profile.name === label) : undefined,
  );
  await table.scan(({ first, count, columns, cell }) => {
    for (let r = 0; r < count; r++) {
      const at = (first + r) * nFeatures;
      for (const c of columns) {
        const role = roles[c];
        if (role === 'feature') data[at + places[c]] = numberOf(cell(r, c))!;
        else if (role === 'beside') builders[c]!.set(first + r, cell(r, c));
        else if (role === 'vector') data.set(cell(r, c) as ArrayLike<number>, at);
      }
    }
  });
  return builders.flatMap((builder) => (builder ? [builder.build()] : []));
}

interface RoleContext {
  label?: string;
  kept: readonly string[];
  vector?: Profile;
  table: Table;
  nRows: number;
  warnings: string[];
}

function roleOf(profile: Profile, { label, kept, vector, table, nRows, warnings }: RoleContext): Role {
  const { name, counts, first } = profile;
  if (profile === vector) return 'vector';
  if (counts.missing === nRows) {
    warnings.push(`Column ${name} is empty and was left out.`);
    return 'nothing';
  }
  if (counts.vector > 0 && vector) return 'nothing';
  if (name === label || kept.includes(name) || vector) return 'beside';
  const numbers = counts.number + counts.missing === nRows;
  if (!numbers) {
    const others = nRows - counts.number - counts.missing;
    if (others < counts.number) warnings.push(strayText(profile, others, table));
    return 'beside';
  }
  if (counts.missing > 0) {
    warnings.push(
      `Column ${name} has ${counts.missing} missing ${counts.missing === 1 ? 'value' : 'values'}, the first in ${table.place(first.missing ?? 0)}: it stands beside the rows and is not learned from.`,
    );
    return 'beside';
  }
  if (profile.counting && nRows > 1 && INDEX_NAMES.test(name)) {
    warnings.push(`Column ${name || '1'} only counts the rows: it stands beside them and is not learned from.`);
    return 'beside';
  }
  return 'feature';
}

/** A column that was probably meant to be one of numbers. */
function strayText({ name, first }: Profile, count: number, table: Table): string {
  const row = Math.min(...[first.text, first.boolean, first.time, first.vector].map((row) => row ?? Infinity));
  const what = count === 1 ? '1 value that is not a number' : `${count} values that are not numbers, the first`;
  return `Column ${name} has ${what} in ${table.place(row)}: it stands beside the rows and is not learned from.`;
}

/** The column of vectors that are the rows. */
function chooseVector(profiles: readonly Profile[], warnings: string[]): Profile | undefined {
  const found = profiles.filter(({ counts, length = 0 }) => {
    const { vector, ...others } = counts;
    return vector > 0 && length > 0 && Object.values(others).every((count) => count === 0);
  });
  if (found.length === 0) return undefined;
  const named = VECTOR_NAMES.map((wanted) => found.find(({ name }) => name.toLowerCase() === wanted)).find(Boolean);
  const chosen = named ?? found[0];
  const rest = found.filter((profile) => profile !== chosen).map(({ name }) => name);
  if (rest.length > 0)
    warnings.push(`The rows are column ${chosen.name}; other columns of vectors were left out: ${rest.join(', ')}.`);
  return chosen;
}

function refuseNotFinite({ name, notFinite }: Profile, table: Table): void {
  if (!notFinite) return;
  const { row, value, at } = notFinite;
  throw new InputError(
    `${table.name}: value ${value} in ${table.place(row)}, column ${name}${at === undefined ? '' : `[${at}]`}; expected finite numbers: remove or fill such rows first`,
    { code: 'not-finite', details: { row, column: name, ...(at !== undefined && { at }) } },
  );
}

function refuseLarge(table: Table, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new FormatError(`${table.name} would take ${bytes} bytes, more than the limit of ${limit}`, {
    code: 'too-large',
    details: { name: table.name, bytes, limit },
  });
}

/** Columns named as pixels are: pixel0 … pixel783, pixel_0_0 … pixel_7_7, or 1x1 … 28x28. */
function mediumOfNames(features: readonly Profile[], bytes: boolean): Medium | undefined {
  const side = Math.sqrt(features.length);
  if (!bytes || side < 4 || !Number.isInteger(side)) return undefined;
  const pixels = features.every(
    ({ name }) => /^(pixel|px|p)[ _-]?\d+([ _x-]\d+)?$/i.test(name) || /^\d+x\d+$/.test(name),
  );
  return pixels ? { kind: 'image', height: side, width: side, channels: 1 } : undefined;
}
