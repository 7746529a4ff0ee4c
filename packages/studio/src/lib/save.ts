/** Hands a file to the person. */
import type { LatentMap } from '@portolan/view';

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The map as it is now, as PNG at a scale or as SVG. */
export async function savePicture(map: LatentMap, kind: 1 | 2 | 4 | 'svg', name: string): Promise<void> {
  if (kind === 'svg') saveBlob(new Blob([map.toSvg()], { type: 'image/svg+xml' }), `${name}.svg`);
  else saveBlob(await map.toBlob({ scale: kind }), `${name}${kind > 1 ? `@${kind}x` : ''}.png`);
}
