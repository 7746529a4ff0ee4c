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
