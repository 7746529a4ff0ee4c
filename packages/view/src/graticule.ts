export { graticuleLines } from '@portolan/core/pictures';
export type { GraticuleLine, Net } from '@portolan/core/pictures';
