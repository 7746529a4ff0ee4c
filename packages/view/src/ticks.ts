export { niceStep, ticks } from '@portolan/core/pictures';
export type { Ticks } from '@portolan/core/pictures';
