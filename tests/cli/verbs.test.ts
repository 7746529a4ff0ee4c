/** Every verb on a project of its own, in the order a person would use them. */
import { existsSync, mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { random } from '@portolan/core/base';
import { npyPieces, readNpy, writeNpy } from '@portolan/core/data';
import { PROGRAM, run, runJson, scratchFolder, start } from './portolan.fixture.ts';

const N = 48;

/** Images of 8 × 8 with a bright row or column, and a table that says which. */
function writeFaces(folder: string): void {
  const rng = random(1);
  const data = Uint8Array.from({ length: N * 64 }, (_, i) => {
    const [sample, pixel] = [Math.floor(i / 64), i % 64];
    const bright = sample % 2 ? pixel % 8 === sample % 8 : Math.floor(pixel / 8) === sample % 8;
    return bright ? 230 : rng.below(40);
  });
  writeFileSync(join(folder, 'faces.npy'), writeNpy({ shape: [N, 8, 8], data }));
  const people = Array.from({ length: N }, (_, i) => `${i % 2 ? 'column' : 'row'},${i}`);
  writeFileSync(join(folder, 'people.csv'), `class,age\n${people.join('\n')}\n`);
}

async function npy(path: string): Promise<{ shape: number[]; data: ArrayLike<number> }> {
  return readNpy(new Uint8Array(readFileSync(path)), path);
}

describe('the digits in an empty folder', () => {
  it('are learned, and the project is found again from inside it', async () => {
    const folder = scratchFolder();
    const args = ['learn', 'digits', '--method', 'autoencoder', '--latent-dim', '2', '--epochs', '1', '--seed', '0'];
    const { code, stdout, stderr } = await run(folder, ...args, '--json');
    expect(code).toBe(0);
    const learned = JSON.parse(stdout) as Record<string, unknown>;
    expect(learned).toMatchObject({
      space: 'digits-autoencoder',
      method: 'autoencoder',
      data: 'digits',
      seconds: expect.any(Number) as number,
      cpuSeconds: expect.any(Number) as number,
      samplesPerSecond: expect.any(Number) as number,
      metrics: { mse: expect.any(Number) as number, train: { loss: expect.any(Number) as number } },
    });
    expect((learned.metrics as { mse: number }).mse).toBeLessThan(0.075);
    expect(stderr).toMatch(/^learning 100 % {2}epoch 1\/1 /m);
    expect(readdirSync(folder)).toEqual(['portolan-project']);
    const inside = await runJson(join(folder, 'portolan-project', 'spaces'), 'ls', '--kind', 'space');
    expect(inside.items).toMatchObject([{ id: 'digits-autoencoder' }]);
  });
});

describe('a data set of one’s own', () => {
  it('goes all the way', async () => {
    const folder = scratchFolder();
    writeFaces(folder);
    const added = await runJson(folder, 'data', 'add', 'faces.npy', '--labels', 'people.csv', '--image', '8x8');
    expect(added).toMatchObject({
      data: 'faces',
      nSamples: N,
      nFeatures: 64,
      label: 'class',
      medium: { kind: 'image', height: 8, width: 8, channels: 1 },
    });
    const { data } = (await runJson(folder, 'data', 'ls')) as unknown as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(['digits', 'faces']));
    expect(await runJson(folder, 'data', 'show', 'faces')).toMatchObject({ id: 'faces', kind: 'data' });

    const learned = await runJson(
      folder,
      'learn',
      'faces',
      '--method',
      'vae',
      '--latent-dim',
      '3',
      '--layers',
      '16',
      '--epochs',
      '2',
    );
    expect(learned).toMatchObject({ space: 'faces-vae', epochs: 2, latentDim: 3, stopped: false });
    const again = await runJson(
      folder,
      'learn',
      'faces',
      '--method',
      'vae',
      '--latent-dim',
      '3',
      '--layers',
      '16',
      '--epochs',
      '2',
    );
    expect(again).toMatchObject({ space: 'faces-vae-2', metrics: learned.metrics }); // the same seed, the same space
    const other = await runJson(
      folder,
      'learn',
      'faces',
      '--method',
      'vae',
      '--latent-dim',
      '3',
      '--layers',
      '16',
      '--epochs',
      '2',
      '--seed',
      '1',
    );
    expect(other.metrics).not.toEqual(learned.metrics);

    expect(await runJson(folder, 'encode', 'faces-vae', 'faces.npy', '--out', 'codes.npy')).toMatchObject({
      space: 'faces-vae',
      nSamples: N,
      latentDim: 3,
      out: 'codes.npy',
    });
    const codes = await npy(join(folder, 'codes.npy'));
    expect(codes.shape).toEqual([N, 3]);
    const kept = await npy(join(folder, 'portolan-project/spaces/faces-vae/codes.npy'));
    Array.from(kept.data).forEach((value, i) => expect(codes.data[i]).toBeCloseTo(value, 4));
    await runJson(folder, 'encode', 'faces-vae', 'faces', '--out', 'codes.csv');
    expect(readFileSync(join(folder, 'codes.csv'), 'utf8')).toMatch(/^z1,z2,z3\n/);

    expect(await runJson(folder, 'decode', 'faces-vae', 'codes.npy', '--out', 'rows.npy')).toMatchObject({
      nSamples: N,
    });
    expect((await npy(join(folder, 'rows.npy'))).shape).toEqual([N, 64]);
    await runJson(folder, 'decode', 'faces-vae', 'codes.csv', '--out', 'again.npy');
    const rows = await npy(join(folder, 'rows.npy'));
    Array.from((await npy(join(folder, 'again.npy'))).data).forEach((value, i) =>
      expect(value).toBeCloseTo(rows.data[i], 4),
    );

    await runJson(
      folder,
      'sample',
      'faces-vae',
      '--n',
      '16',
      '--out',
      'new.npy',
      '--codes',
      'drawn.npy',
      '--seed',
      '3',
    );
    expect((await npy(join(folder, 'new.npy'))).shape).toEqual([16, 64]);
    expect((await npy(join(folder, 'drawn.npy'))).shape).toEqual([16, 3]);
    await runJson(folder, 'sample', 'faces-vae', '-n', '5', '--out', 'sheet.png');
    expect(readFileSync(join(folder, 'sheet.png')).subarray(1, 4).toString()).toBe('PNG');

    const map = await runJson(folder, 'map', 'faces-vae', '--method', 'pca');
    expect(map).toMatchObject({
      map: 'faces-vae-pca',
      method: 'pca',
      seconds: expect.any(Number) as number,
      cpuSeconds: expect.any(Number) as number,
      quality: { trustworthiness: expect.any(Number) as number, labelAccuracy: expect.any(Number) as number },
    });

    const shown = await runJson(folder, 'show', 'faces-vae');
    expect((shown.files as { name: string }[]).map((file) => file.name)).toEqual(
      expect.arrayContaining(['codes.npy', 'decoder.onnx', 'encoder.onnx', 'info.json', 'space.json']),
    );

    await runJson(folder, 'export', 'faces-vae-pca', '--out', 'map.csv');
    expect(readFileSync(join(folder, 'map.csv'), 'utf8')).toMatch(
      /^x,y,class,age,neighbours kept\n-?[\d.e-]+,-?[\d.e-]+,row,0,[\d.]+\n/,
    );
    await runJson(folder, 'export', 'faces-vae', '--out', 'model/');
    expect(existsSync(join(folder, 'model/decoder.onnx'))).toBe(true);
    await runJson(folder, 'export', '--out', 'all.zip');
    const imported = await runJson(folder, 'import', 'all.zip', '--project', 'other');
    expect(imported.ids).toEqual(['faces', 'faces-vae', 'faces-vae-2', 'faces-vae-3', 'faces-vae-pca']);
    const moved = await runJson(folder, 'show', 'faces-vae', '--project', 'other');
    expect(moved).toEqual(shown);

    expect(await runJson(folder, 'rm', 'faces-vae-2', 'faces-vae-3')).toEqual({
      removed: ['faces-vae-2', 'faces-vae-3'],
      itemsLeft: [],
    });
    await runJson(folder, 'data', 'rm', 'faces');
    const left = await runJson(folder, 'ls');
    const remaining = (left.items as { id: string; pack?: boolean }[]).filter(({ pack }) => !pack);
    expect(remaining.map(({ id }) => id)).toEqual(['faces-vae', 'faces-vae-pca']);
  });

  it('is shown to people in tidy columns', async () => {
    const folder = scratchFolder();
    writeFaces(folder);
    const added = await run(
      folder,
      'data',
      'add',
      'faces.npy',
      '--labels',
      'people.csv',
      '--image',
      '8x8',
      '--name',
      'mine',
    );
    expect(added.stdout).toMatch(
      /^id {12}mine\nsamples {7}48\nfeatures {6}64\nmedium {8}images 8 × 8\npixel values {2}0 is black, 255 white\n/,
    );
    const listed = await run(folder, 'data', 'ls');
    expect(listed.stdout.split('\n')[0]).toMatch(/^id +samples +features +medium +label +size +added$/);
    expect(listed.stdout).toMatch(/^digits +10,000 +784 +images 28 × 28 +digit +\d\.\d MB +comes with Portolan$/m);
    expect(listed.stdout).toMatch(/^mine +48 +64 /m);
    expect(listed.stderr).toBe('');
    expect((await run(folder, 'ls')).stdout).toMatch(/^data {2}mine +48 samples of 64 features, images 8 × 8/m);
  });

  it('may be a folder of files', async () => {
    const folder = scratchFolder();
    writeFaces(folder);
    const space = await runJson(folder, 'data', 'add', 'faces.npy', '--image', '8x8');
    await runJson(folder, 'learn', space.data, '--method', 'pca', '--name', 'flat');
    mkdirSync(join(folder, 'pictures/deep'), { recursive: true });
    for (const name of ['a', 'deep/b', 'deep/c']) {
      await runJson(
        folder,
        'sample',
        'flat',
        '-n',
        '1',
        '--seed',
        String(name.length),
        '--out',
        `pictures/${name}.png`,
      );
    }
    writeFileSync(join(folder, 'pictures/.hidden'), 'x');
    expect(await runJson(folder, 'data', 'add', 'pictures/', '--image', '4x4')).toMatchObject({
      data: 'pictures',
      nSamples: 3,
      nFeatures: 16,
    });
  });
});

/** The project that a command line means. */
async function where(cwd: string, args: string[], env = {}): Promise<string> {
  const { stdout } = await start(cwd, ['ls', '--json', ...args], env).ended;
  return (JSON.parse(stdout) as { project: { place: string } }).project.place;
}

describe('a large file', () => {
  it('is added in memory of its size and a constant', { timeout: 60_000 }, async () => {
    const folder = scratchFolder();
    const size = 200e6;
    const [head] = npyPieces({ shape: [size / 400, 100], data: new Float32Array(size / 4) });
    writeFileSync(join(folder, 'large.npy'), head);
    truncateSync(join(folder, 'large.npy'), head.length + size); // zeros that take no room
    const told = "process.on('exit',()=>process.stderr.write(`peak ${process.resourceUsage().maxRSS} kB`))";
    const peak = async (...args: string[]): Promise<number> => {
      const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(told)}` };
      const { code, stderr } = await start(folder, [...args, '-q'], env).ended;
      expect(code, stderr).toBe(0);
      return Number(/peak (\d+) kB/.exec(stderr)![1]) * 1024;
    };
    const constant = (await peak('ls')) + 100e6;
    expect(await peak('data', 'add', 'large.npy')).toBeLessThan(constant + size);
  });
});

describe('rows of images', () => {
  it.each<[string, number[], () => Uint8Array | Int32Array | Float32Array]>([
    ['bytes of 0 and 1', [30, 6, 6], () => Uint8Array.from({ length: 30 * 36 }, (_, i) => ((i * i) % 7) & 1)],
    ['planes of colour', [30, 3, 5, 4], () => Uint8Array.from({ length: 30 * 60 }, (_, i) => (i * i * 31) % 251)],
    ['whole numbers', [30, 6, 6], () => Int32Array.from({ length: 30 * 36 }, (_, i) => (i * i * 31) % 251)],
    ['fractions', [30, 6, 6], () => Float32Array.from({ length: 30 * 36 }, (_, i) => ((i * i * 31) % 251) / 251)],
  ])('of %s have the codes in a file that they have in the data set', async (_, shape, values) => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'x.npy'), writeNpy({ shape, data: values() }));
    await runJson(folder, 'data', 'add', 'x.npy');
    await runJson(folder, 'learn', 'x', '--method', 'pca');
    await runJson(folder, 'export', 'x-pca', '--out', 'kept.npy');
    await runJson(folder, 'encode', 'x-pca', 'x.npy', '--out', 'codes.npy');
    expect((await npy(join(folder, 'codes.npy'))).data).toEqual((await npy(join(folder, 'kept.npy'))).data);

    // and back, though PCA leaves [0, 1]
    await runJson(folder, 'decode', 'x-pca', 'codes.npy', '--out', 'rows.npy');
    await runJson(folder, 'encode', 'x-pca', 'rows.npy', '--out', 'again.npy');
    const [there, again] = await Promise.all(['codes.npy', 'again.npy'].map((name) => npy(join(folder, name))));
    expect(Math.max(...Array.from(there.data, (z, i) => Math.abs(z - again.data[i])))).toBeLessThan(1e-4);
  });

  it('of another range are taken as those that the space was learned from', async () => {
    const folder = scratchFolder();
    const data = Float32Array.from({ length: 30 * 36 }, (_, i) => 50 * Math.sin(i * i));
    const write = (name: string, values: Float32Array): void =>
      writeFileSync(join(folder, name), writeNpy({ shape: [30, 6, 6], data: values }));
    write('x.npy', data);
    expect(await runJson(folder, 'data', 'add', 'x.npy')).toMatchObject({
      warnings: [expect.stringMatching(/-50 is taken for black and 50 for white/) as string],
    });
    await runJson(folder, 'learn', 'x', '--method', 'pca');
    await runJson(folder, 'encode', 'x-pca', 'x', '--out', 'kept.npy');
    await runJson(folder, 'encode', 'x-pca', 'x.npy', '--out', 'again.npy');
    const [kept, again] = await Promise.all(['kept.npy', 'again.npy'].map((name) => npy(join(folder, name))));
    expect(Math.max(...Array.from(kept.data, (z, i) => Math.abs(z - again.data[i])))).toBeLessThan(1e-4);
    write(
      'wider.npy',
      data.map((value) => 3 * value),
    );
    const { code, stderr } = await run(folder, 'encode', 'x-pca', 'wider.npy', '--out', 'codes.npy');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^portolan: wider\.npy: .*150.*\n$/) as string,
    });
  });
});

describe('which project is meant', () => {
  it('is said by the flag, else the environment, else the nearest folder', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'a/deep'), { recursive: true });
    writeFileSync(join(folder, 'a/portolan.json'), '{"format":"portolan-project","version":1,"created":""}');
    expect(await where(folder, [])).toBe(join(folder, 'portolan-project'));
    expect(await where(join(folder, 'a/deep'), [])).toBe(join(folder, 'a'));
    expect(await where(join(folder, 'a/deep'), [], { PORTOLAN_PROJECT: folder })).toBe(folder);
    expect(await where(folder, ['--project', 'b'], { PORTOLAN_PROJECT: folder })).toBe(join(folder, 'b'));
    expect(readdirSync(folder)).toEqual(['a']);
  });
});

describe('the studio', () => {
  it('prints its address, serves, and ends when it is told to', async () => {
    const folder = scratchFolder();
    const studio = start(folder, ['studio', '--no-open', '--port', '0', '--json']);
    const { url } = JSON.parse((await studio.printed(/^\{.*\}$/m))[0]) as { url: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=/);
    expect((await fetch(new URL('/api/call/list', url), { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
    studio.process.kill('SIGINT');
    expect(await studio.ended).toMatchObject({ code: 0 });
  });

  it('says that a port is taken', async () => {
    const folder = scratchFolder();
    const first = start(folder, ['studio', '--no-open', '--port', '0', '--json']);
    const { port } = JSON.parse((await first.printed(/^\{.*\}$/m))[0]) as { port: number };
    const second = await run(folder, 'studio', '--no-open', '--port', String(port));
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^portolan: port \d+ is taken/);
    first.process.kill('SIGTERM');
    await first.ended;
  });
});

it('is found as a program', () => {
  expect(readFileSync(PROGRAM, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});
