/** Maps in space, in a real browser: what hides what, what is picked, how they turn, and the way from a flat map and back. */
import { describe, expect, it } from 'vitest';
import type * as View from '@portolan/view';
import { BACKGROUND, BLUE, GREEN, near, RED, useViewPage } from './view-page.ts';
import type { Rgb } from './view-page.ts';

const here = useViewPage();

/** Red before green in the middle, blue at the side; seen straight on, one unit a hundred pixels. */
async function threePoints(): Promise<void> {
  await here.page.evaluate(() => {
    const map = window.makeMap({ pointSize: 24 });
    map.setPoints(Float32Array.of(0, 0, -1, 0, 0, 1, 2, 0, 0), { nComponents: 3, order: Uint32Array.of(1, 0, 2) });
    map.setColoring({
      type: 'category',
      codes: Int32Array.of(1, 0, 2),
      colors: ['rgb(220, 30, 30)', 'rgb(20, 160, 60)', 'rgb(30, 60, 220)'],
    });
    map.setCamera({ x: 0, y: 0, z: 0, scale: 100, yaw: 0, pitch: 0 });
  });
}
const MIDDLE: [number, number] = [300, 200];
const colorsAt = (pixels: [number, number][], scale?: 1 | 2 | 4): Promise<Rgb[]> =>
  here.page.evaluate(([pixels, scale]) => window.colorsAt(pixels, scale), [pixels, scale] as const);

/** Made-up points in space, [n * 3]. */
function scatter(n: number): number[] {
  let state = 1;
  const uniform = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return [...Float32Array.from({ length: 3 * n }, () => 4 * uniform() - 2)];
}

function projected(coordinates: number[], { x, y, z, scale, yaw, pitch }: Required<View.Camera>, height: number) {
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  const seen: { id: number; px: number; py: number; far: number }[] = [];
  for (let i = 0; i < coordinates.length / 3; i++) {
    const [dx, dy, dz] = [coordinates[3 * i] - x, coordinates[3 * i + 1] - y, coordinates[3 * i + 2] - z];
    // turn about the upright axis, then lift
    const across = dx * cy - dz * sy;
    const depth = dx * sy + dz * cy;
    const towards = depth * cp + dy * sp;
    const up = dy * cp - depth * sp;
    const far = 1 - (towards * scale) / (1.6 * height);
    seen.push({ id: i, px: 300 + (across * scale) / far, py: height / 2 - (up * scale) / far, far });
  }
  return seen;
}

describe('drawing', () => {
  it('lets the nearer hide the farther whatever the order of drawing, from both sides', async () => {
    await threePoints();
    expect(near((await colorsAt([MIDDLE]))[0], RED, 60), 'the red one is in front').toBe(true);
    await here.page.evaluate(() => window.map.setCamera({ x: 0, y: 0, z: 0, scale: 100, yaw: Math.PI, pitch: 0 }));
    const [middle, left] = await colorsAt([MIDDLE, [100, 200]]); // prettier-ignore
    expect(near(middle, GREEN, 60), `from behind: ${middle}`).toBe(true);
    expect(left[2], 'and what was on the right is on the left').toBeGreaterThan(left[0] + 60);
  });

  it('makes what is far paler and smaller', async () => {
    await here.page.evaluate(() => {
      const map = window.makeMap({ pointSize: 24, theme: { graticule: '#00000000' } });
      map.setPoints(Float32Array.of(-1, 0, 1.5, 1, 0, -1.5), { nComponents: 3 });
      map.setCamera({ x: 0, y: 0, z: 0, scale: 100, yaw: 0, pitch: 0 });
    });
    const row = await colorsAt(Array.from({ length: 300 }, (_, k): [number, number] => [150 + k, 200]));
    const dark = row.map(([r]) => r < 215);
    const widths = [dark.slice(0, 150), dark.slice(150)].map((half) => half.filter(Boolean).length);
    expect(widths[0]).toBeGreaterThan(widths[1] * 1.4);
    const strongest = [row.slice(0, 150), row.slice(150)].map((half) => Math.min(...half.map(([r]) => r)));
    expect(strongest[0] + 40).toBeLessThan(strongest[1]);
  });

  it('shows the selected through all others, and puts the filtered out behind them', async () => {
    await threePoints();
    await here.page.evaluate(() => window.map.setSelection(Uint32Array.of(0)));
    expect(near((await colorsAt([MIDDLE]))[0], GREEN, 70)).toBe(true);
    await here.page.evaluate(() => {
      window.map.setSelection(null);
      window.map.setFilter(Uint8Array.of(1, 0, 1));
    });
    const [behind] = await colorsAt([MIDDLE]);
    expect(behind[1], `${behind}`).toBeGreaterThan(behind[0] + 15);
    expect(await here.page.evaluate(() => window.map.pick([300, 200]))).toBe(0);
  });

  it('draws tiles of a large picture that fit together', async () => {
    await threePoints();
    await here.page.evaluate(async () => {
      document.querySelector<HTMLElement>('#stage')!.style.width = '1100px';
      window.map.resize();
      window.map.setCamera({ x: 0, y: 0, z: 0, scale: 100, yaw: 0.4, pitch: 0.2 });
    });
    const places = await here.page.evaluate(() => [0, 1, 2].map((k) => window.map.pixelAt([[0, 0, -1], [0, 0, 1], [2, 0, 0]][k] as [number, number, number]))); // prettier-ignore
    const [green, red, blue] = await colorsAt(places.map(([x, y]): [number, number] => [x, y]), 4); // prettier-ignore
    expect(green[1]).toBeGreaterThan(green[0] + 20);
    expect(near(red, RED, 70), `${red}`).toBe(true);
    expect(blue[2]).toBeGreaterThan(blue[0] + 30);
  });

  it('shows pictures as billboards at their points, the nearer over the farther', async () => {
    await threePoints();
    await here.page.evaluate(async () => {
      const image = new OffscreenCanvas(60, 20);
      const context = image.getContext('2d')!;
      ['lime', 'red', 'blue'].forEach((color, k) => {
        context.fillStyle = color;
        context.fillRect(20 * k, 0, 20, 20);
      });
      window.map.setThumbnails({ image, cellWidth: 20, cellHeight: 20, cells: Int32Array.of(0, 1, 2) });
      await window.map.whenReady();
      window.map.setCamera({ x: 0, y: 0, z: 0, scale: 100, yaw: 0.001, pitch: 0 });
      await window.map.whenReady();
      await window.settled();
    });
    const [side] = await colorsAt([[500, 200]]); // prettier-ignore
    expect(near(side, [0, 0, 255], 60), `${side}`).toBe(true);
    const before = (await colorsAt([MIDDLE]))[0];
    expect(before[0], `${before}`).toBeGreaterThan(before[1]);
  });
});

describe('picking', () => {
  it('picks the front one of those under the pixel, else the nearest, exactly, at rest and on the way', async () => {
    const n = 3000;
    const camera = { x: 0.1, y: -0.2, z: 0.3, scale: 80, yaw: 0.7, pitch: -0.4 };
    const { coordinates, asked, rested, radius } = await here.page.evaluate(
      async ({ source, camera }) => {
        const coordinates = Float32Array.from(source);
        const map = window.makeMap({ pointSize: 8 });
        map.setPoints(coordinates, { nComponents: 3 });
        const fitted = map.camera.scale;
        map.setCamera(camera);
        const pixels = Array.from({ length: 400 }, (_, k): [number, number] => [20 + ((k * 97) % 560), 20 + ((k * 61) % 360)]); // prettier-ignore
        const asked = pixels.map((pixel) => ({ pixel, point: map.pick(pixel, 12) }));
        await map.whenReady();
        const rested = pixels.map((pixel) => map.pick(pixel, 12));
        const zoom = camera.scale / fitted;
        return { coordinates: [...coordinates], asked, rested, radius: 4 * zoom ** (zoom < 1 ? 0.5 : 0.42) };
      },
      { source: scatter(n), camera },
    );
    expect(rested).toEqual(asked.map(({ point }) => point));
    const seen = projected(coordinates, camera, 400).filter(({ far }) => far > 0.03);
    let covered = 0;
    for (const { pixel, point } of asked) {
      const distance = ({ px, py }: { px: number; py: number }): number => Math.hypot(px - pixel[0], py - pixel[1]);
      const discs = seen.filter((one) => distance(one) <= Math.min(48, radius / one.far)).sort((a, b) => a.far - b.far);
      const [nearest] = [...seen].sort((a, b) => distance(a) - distance(b));
      const expected = discs.length > 0 ? discs[0].id : distance(nearest) <= 12 ? nearest.id : -1;
      if (discs.length > 1) covered++;
      expect(point, `at ${pixel}`).toBe(expected);
    }
    expect(covered).toBeGreaterThan(20);
  });

  it('picks where points are seen after the map has got another size', async () => {
    await threePoints();
    const picked = await here.page.evaluate(async () => {
      await window.map.whenReady();
      document.querySelector<HTMLElement>('#stage')!.style.width = '400px';
      await window.settled();
      const pixel = window.map.pixelAt([0, 0, -1]);
      const soon = window.map.pick(pixel);
      await window.map.whenReady();
      const later = window.map.pick(pixel);
      document.querySelector<HTMLElement>('#stage')!.style.width = '';
      return [pixel[0], soon, later];
    });
    expect(picked).toEqual([200, 1, 1]);
  });

  it('lassoes by where points are seen', async () => {
    const n = 2000;
    const camera = { x: 0, y: 0, z: 0, scale: 60, yaw: -0.5, pitch: 0.3 };
    const coordinates = await here.page.evaluate(
      ({ source, camera }) => {
        const coordinates = Float32Array.from(source);
        const map = window.makeMap();
        map.setPoints(coordinates, { nComponents: 3 });
        map.setCamera(camera);
        map.tool = 'box';
        return [...coordinates];
      },
      { source: scatter(n), camera },
    );
    await here.page.mouse.move(220, 130);
    await here.page.mouse.down();
    await here.page.mouse.move(390, 250, { steps: 4 });
    await here.page.mouse.up();
    const selected = await here.page.evaluate(
      () =>
      window.events.filter(({ name }) => name === 'select').map(({ value }) => [...(value as View.MapEvents['select']).indices]), // prettier-ignore
    );
    const expected = projected(coordinates, camera, 400)
      .filter(({ px, py, far }) => far > 0.03 && px > 220 && px < 390 && py > 130 && py < 250)
      .map(({ id }) => id);
    expect(selected).toEqual([expected]);
    expect(expected.length).toBeGreaterThan(100);
  });
});

describe('moving', () => {
  it('turns by a drag, pans by shift-drag, zooms by the wheel, fits by a double click and F', async () => {
    await threePoints();
    const { mouse, keyboard } = here.page;
    const camera = (): Promise<View.Camera> => here.page.evaluate(() => window.map.camera);
    const drag = async (): Promise<void> => {
      await mouse.move(300, 100);
      await mouse.down();
      await mouse.move(380, 130, { steps: 4 });
      await mouse.up();
    };
    await drag();
    const turned = await camera();
    expect(turned.yaw).toBeLessThan(-0.3);
    expect(turned.pitch).toBeGreaterThan(0.1);
    expect([turned.x, turned.y, turned.z]).toEqual([0, 0, 0]);
    await keyboard.down('Shift');
    await drag();
    await keyboard.up('Shift');
    const panned = await camera();
    expect([panned.yaw, panned.pitch]).toEqual([turned.yaw, turned.pitch]);
    const [x, y] = await here.page.evaluate(() => window.map.pixelAt([0, 0, 0]));
    expect([x, y]).toEqual([expect.closeTo(380, 4), expect.closeTo(230, 4)]);
    await mouse.move(300, 200);
    await mouse.wheel(0, -200);
    await here.page.waitForTimeout(100);
    expect((await camera()).scale).toBeGreaterThan(120);
    await here.page.evaluate(() => window.map.setCamera({ x: 9, y: 9, z: 9, scale: 400, yaw: 1, pitch: 0.5 }));
    await keyboard.press('f');
    const inside = (places: readonly (readonly [number, number, ...number[]])[]): boolean =>
      places.every(([px, py]) => px > 0 && px < 600 && py > 0 && py < 400);
    const places = (): Promise<View.Place[]> =>
      here.page.evaluate(() => [window.map.pixelAt([0, 0, -1]), window.map.pixelAt([0, 0, 1]), window.map.pixelAt([2, 0, 0])]); // prettier-ignore
    expect(inside(await places())).toBe(true);
    expect((await camera()).yaw, 'as it was turned').toBeCloseTo(1);
    await here.page.evaluate(() => window.map.setCamera({ x: 9, y: 9, z: 9, scale: 400, yaw: 1, pitch: 0.5 }));
    await mouse.dblclick(50, 50);
    expect(inside(await places())).toBe(true);
    await keyboard.down('Alt');
    await keyboard.press('ArrowRight');
    await keyboard.up('Alt');
    expect((await camera()).yaw).not.toBeCloseTo(1);
  });

  it('glides from a flat map into space and back; the flat one is the same as before', async () => {
    const flat = await here.page.evaluate(async () => {
      const map = window.makeMap({ pointSize: 20, reducedMotion: false });
      map.setPoints(Float32Array.of(-2, 0, 2, 0, 0, 1), { animate: false });
      map.setColoring({ type: 'category', codes: Int32Array.of(0, 1, 2), colors: ['#dc1e1e', '#14a03c', '#1e3cdc'] });
      await map.whenDrawn();
      const before = { camera: map.camera, pixels: [0, 1, 2].map((k) => map.pixelAt([[-2, 0], [2, 0], [0, 1]][k] as [number, number])) }; // prettier-ignore
      map.setPoints(Float32Array.of(-2, 0, 3, 2, 0, -3, 0, 1, 0), { nComponents: 3, durationMs: 400 });
      await new Promise((resolve) => setTimeout(resolve, 150));
      return { before, onTheWay: map.camera };
    });
    expect(flat.before.camera).not.toHaveProperty('z');
    expect(flat.onTheWay.z).toBeDefined();
    await here.page.evaluate(() => window.map.whenDrawn());
    expect((await here.page.evaluate(() => window.map.camera)).yaw).toBeGreaterThan(0.3);
    const colors = await here.page.evaluate(async () => {
      window.map.setPoints(Float32Array.of(-2, 0, 2, 0, 0, 1), { durationMs: 300 });
      await window.map.whenDrawn();
      return [window.map.camera, ...[0, 1, 2].map((k) => window.map.pick(window.map.pixelAt([[-2, 0], [2, 0], [0, 1]][k] as [number, number])))]; // prettier-ignore
    });
    expect(colors).toEqual([flat.before.camera, 0, 1, 2]);
    const drawn = await colorsAt(flat.before.pixels.map(([x, y]): [number, number] => [x, y]));
    expect(near(drawn[0], RED, 40), `${drawn[0]}`).toBe(true);
    expect(near(drawn[1], GREEN, 40)).toBe(true);
    expect(near(drawn[2], BLUE, 40)).toBe(true);
  });

  it('takes points that are not numbers, one point, and none; refuses what is not [n * 3]', async () => {
    await here.page.evaluate(async () => {
      const map = window.makeMap({ pointSize: 16 });
      map.setPoints(new Float32Array(0), { nComponents: 3 });
      await map.whenDrawn();
      map.setPoints(Float32Array.of(1, 1, 1), { nComponents: 3 });
      await map.whenDrawn();
      if (map.pick(map.pixelAt([1, 1, 1])) !== 0) throw new Error('not picked');
      map.setPoints(Float32Array.of(0, 0, 0, NaN, 1, 1, 1, 1, Infinity), { nComponents: 3 });
      map.setCamera({ x: 0, y: 0, z: 0, scale: 100 });
      await map.whenDrawn();
    });
    const [point, elsewhere] = await colorsAt([MIDDLE, [400, 100]]); // prettier-ignore
    expect(point[0]).toBeLessThan(120);
    expect(near(elsewhere, BACKGROUND, 40)).toBe(true);
    const message = await here.page.evaluate(() => {
      try {
        window.map.setPoints(new Float32Array(4), { nComponents: 3 });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(message).toMatch(/got 4 coordinates, expected x, y and z/);
  });
});
