/**
 * A row of plain numbers as a small profile: a bar a feature, up and down from zero.
 * @param reach  the value of a bar as high as the picture allows; by default the row's own greatest
 */
export function profile(
  context: CanvasRenderingContext2D,
  row: ArrayLike<number>,
  { width, height, ink, reach }: { width: number; height: number; ink: string; reach?: number },
): void {
  const n = row.length;
  let top = reach ?? 0;
  let bottom = reach === undefined ? 0 : -reach;
  for (let i = 0; i < n; i++) {
    top = Math.max(top, row[i]);
    bottom = Math.min(bottom, row[i]);
  }
  const margin = height * 0.2;
  const unit = (height - 2 * margin) / (top - bottom || 1);
  const zero = margin + top * unit;
  const step = (width - 2 * margin) / n;
  context.clearRect(0, 0, width, height);
  context.fillStyle = ink;
  for (let i = 0; i < n; i++) {
    const y = zero - row[i] * unit;
    context.fillRect(margin + i * step, Math.min(y, zero), Math.max(step * 0.7, 0.7), Math.max(1, Math.abs(y - zero)));
  }
  context.globalAlpha = 0.4;
  context.fillRect(margin, zero, width - 2 * margin, 1);
  context.globalAlpha = 1;
}
