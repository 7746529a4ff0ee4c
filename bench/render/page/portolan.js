/** Portolan's map: discs, picking, labels and everything else there as always. */
import { LatentMap, categoryColors } from '@portolan/view';
import { finish } from './finish.js';

export default function portolan({ element }) {
  const map = new LatentMap(element, { pointSize: 2, reducedMotion: true });
  const gl = element.querySelector('canvas').getContext('webgl2');
  let camera;
  return {
    async draw({ places, codes }) {
      map.setPoints(places, { copy: false });
      map.setColoring({ type: 'category', codes, colors: categoryColors(10) });
      await map.whenDrawn();
      camera = map.camera;
    },
    pan: (x) => map.setCamera({ ...camera, x: camera.x + x }),
    finish: () => finish(gl),
    settle: () => map.whenReady(),
  };
}
