export { FILE_NAME, INFO_FILE, ITEM_NAME, SHELVES } from './store.ts';
export type { Shelf, Store, StoredFile } from './store.ts';
export { checkItem, memoryStore } from './memory-store.ts';
export type {
  AddDataArgs,
  ColumnInfo,
  DataInfo,
  ItemInfo,
  Kind,
  LearnArgs,
  MapArgs,
  MapInfo,
  MethodInfo,
  ProjectInfo,
  SpaceInfo,
  Workbench,
} from './workbench.ts';
