/** three.js: bare squares of one size, opaque, colours as bytes; nothing can be picked. */
import { BufferAttribute, BufferGeometry, Color, OrthographicCamera, Points, PointsMaterial, Scene, WebGLRenderer } from 'three'; // prettier-ignore
import { categoryColors } from '@portolan/view';
import { finish } from './finish.js';

export default function three({ element, width, height }) {
  const renderer = new WebGLRenderer({ antialias: false });
  renderer.setSize(width, height);
  element.append(renderer.domElement);
  const scene = new Scene();
  scene.background = new Color('#f6f1e6');
  const camera = new OrthographicCamera((-1.1 * width) / height, (1.1 * width) / height, 1.1, -1.1, -1, 1);
  return {
    async draw({ n, places, codes }) {
      const position = new Float32Array(3 * n);
      const color = new Uint8Array(3 * n);
      const palette = categoryColors(10).map((css) => new Color(css));
      for (let i = 0; i < n; i++) {
        position[3 * i] = places[2 * i];
        position[3 * i + 1] = places[2 * i + 1];
        const { r, g, b } = palette[codes[i]];
        color[3 * i] = 255 * r;
        color[3 * i + 1] = 255 * g;
        color[3 * i + 2] = 255 * b;
      }
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(position, 3));
      geometry.setAttribute('color', new BufferAttribute(color, 3, true));
      scene.add(new Points(geometry, new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors: true })));
      renderer.render(scene, camera);
    },
    pan(x) {
      camera.position.x = x;
      renderer.render(scene, camera);
    },
    finish: () => finish(renderer.getContext()),
  };
}
