export { categoryColors, hexOf, parseHex, sequentialColor, sequentialRgb } from './colors.ts';
export type { Rgba, SequentialScale } from './colors.ts';
export { darkTheme, lightTheme } from './theme.ts';
export type { MapTheme } from './theme.ts';
export { niceStep, ticks } from './ticks.ts';
export type { Ticks } from './ticks.ts';
