export { createWorkbench } from './create-workbench.ts';
export type { WorkbenchOptions } from './create-workbench.ts';
export type { Packs } from './packs.ts';
export type { PublicData, Zoo } from './host.ts';
export { slug } from './items.ts';
export {
  KEPT,
  TABLE_FORMATS,
  columnNames,
  coordinateNames,
  coordinatesIn,
  exportFiles,
  exportTable,
  keptOf,
  rowColumn,
  tablePieces,
  takeColumns,
} from './export.ts';
export type { NumberTable, TableFormat } from './export.ts';
export { exportMapHtml, exportMapPicture, exportProjector, mapTable, projectorPieces } from './export-map.ts';
export type { MapHtmlArgs, MapPictureArgs, MapTable } from './export-map.ts';
export { FILE_NAME, INFO_FILE, ITEM_NAME, SHELVES, byteLengthOf, piecesOf } from './store.ts';
export type { FileBytes, Shelf, Store, StoredFile } from './store.ts';
export { checkItem, memoryStore } from './memory-store.ts';
export type {
  AddDataArgs,
  AddSpaceArgs,
  ColumnInfo,
  DataInfo,
  DecodeArgs,
  EncodeArgs,
  ItemInfo,
  Kind,
  LearnArgs,
  MapArgs,
  MapInfo,
  MapPreview,
  MakeDataArgs,
  MethodInfo,
  Methods,
  NeighborTableArgs,
  NeighborsArgs,
  PlaceArgs,
  Placed,
  PlacedQuality,
  ProjectInfo,
  PublicDataInfo,
  RecommendArgs,
  Recommended,
  SpaceInfo,
  Workbench,
  ZooEntry,
} from './workbench.ts';
export { decodeMessage, encodeMessage } from './messages.ts';
export { VERBS, isCallVerb, isJobVerb, isVerb, mapSources } from './verbs.ts';
export type { CallVerb, JobVerb, Verb } from './verbs.ts';
export { JOB_ACTIONS, createJobs } from './jobs.ts';
export type { JobAction, JobEvent, JobInfo, JobState, Jobs } from './jobs.ts';
