/** regl-scatterplot as its README shows it; `fast` is its performance mode: squares, no blending. */
import createScatterplot from 'regl-scatterplot';
import { categoryColors } from '@portolan/view';
import { finish } from './finish.js';

export default function regl({ element, width, height, fast }) {
  const canvas = document.createElement('canvas');
  element.append(canvas);
  const plot = createScatterplot({
    canvas,
    width,
    height,
    pointSize: 2,
    aspectRatio: width / height,
    backgroundColor: '#f6f1e6',
    pointColor: categoryColors(10),
    colorBy: 'category',
    opacity: 0.8,
    performanceMode: fast,
  });
  const gl = plot.get('regl')._gl;
  return {
    async draw({ n, places, codes }) {
      const x = new Float32Array(n);
      const y = new Float32Array(n);
      for (let i = 0; i < n; i++) {
        x[i] = places[2 * i];
        y[i] = places[2 * i + 1];
      }
      await plot.draw({ x, y, category: codes });
    },
    pan: (x) => plot.view([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, 0, 0, 1]),
    finish: () => finish(gl),
  };
}
