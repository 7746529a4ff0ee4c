/** What goes wrong: one clear line on stderr, the right exit code, and nothing lost. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '@portolan/core/data';
import { PROGRAM, run, runJson, scratchFolder, start } from './portolan.fixture.ts';

const VERBS = [
  'studio',
  'zoo',
  'data add',
  'data make',
  'data fetch',
  'data ls',
  'data show',
  'data rm',
  'learn',
  'space add',
  'encode',
  'decode',
  'sample',
  'recommend',
  'attention',
  'map',
  'place',
  'export map',
  'neighbors',
  'ls',
  'show',
  'export',
  'import',
  'rm',
];

function rows(folder: string, name: string, shape: number[], value: (i: number) => number = (i) => Math.sin(i)): void {
  const length = shape.reduce((product, n) => product * n, 1);
  writeFileSync(join(folder, name), writeNpy({ shape, data: Float32Array.from({ length }, (_, i) => value(i)) }));
}

describe('help', () => {
  it.each(VERBS)('of %s says how it is used', async (verb) => {
    const folder = scratchFolder();
    const { code, stdout, stderr } = await run(folder, ...verb.split(' '), '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: portolan ${verb}`);
    for (const flag of ['--json', '--project DIR', '--seed N', '--debug']) expect(stdout).toContain(flag);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lists every verb, and the methods’ own options', async () => {
    const folder = scratchFolder();
    const { stdout } = await run(folder, '--help');
    for (const verb of VERBS) expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
    expect((await run(folder)).stdout).toBe(stdout);
    expect((await run(folder, 'help', 'learn')).stdout).toMatch(/--latent-dim N/);
    expect((await run(folder, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('misuse', () => {
  it.each<[string, RegExp]>([
    ['lern digits', /there is no verb lern; did you mean learn\?/],
    ['data ad x', /there is no verb data ad; did you mean data add\?/],
    ['--jsno ls', /there is no flag --jsno; did you mean --json\?/],
    ['ls --projct x', /there is no flag --projct; did you mean --project\?/],
    ['ls extra', /"extra" is one argument too many/],
    ['ls --kind spaces', /--kind is "spaces"; did you mean space\?/],
    ['ls --threads none', /--threads is "none", expected a whole number/],
    ['learn', /DATA is missing/],
    ['learn digits --method autoencodr', /no method "autoencodr"; did you mean autoencoder\?/],
    ['learn digits --latent-dim two', /--latent-dim is "two", expected a whole number/],
    ['learn digits --latent-dim 0', /--latent-dim is "0", expected a whole number/],
    ['learn digits --latent-dim', /--latent-dim needs a value/],
    ['learn digits --method pca --epochs 3', /pca has no --epochs/],
    ['learn digits --activation rleu', /did you mean relu\?/],
    ['learn digits --seed x', /--seed is "x"/],
    ['learn digits --name ../up', /can't be a name/],
    ['map digits --method umpa', /there is no method "umpa"/],
    ['map digits --method umap --alignment 0.1', /--alignment needs several maps in one frame/],
    ['map digits --method pca --alignment 0.1', /pca has no --alignment/],
    ['encode a b', /--out FILE is missing/],
    ['encode a b --out codes.xyz', /must end in \.npy, \.csv, \.jsonl, \.parquet/],
    ['sample a --n 0 --out x.npy', /--n is "0", expected a whole number from 1/],
    ['data add x --image big', /--image is "big", expected HEIGHTxWIDTH/],
    ['export a --out a.docx', /--out is a\.docx/],
    ['export --out folder/ --format files', /a whole project goes to a \.zip/],
    ['studio --port 70000', /--port is "70000", expected a whole number from 0 to 65535/],
    ['studio --port 1 --json=1', /--json takes no value/],
  ])('portolan %s', async (line, message) => {
    const folder = scratchFolder();
    const { code, stdout, stderr } = await run(folder, ...line.split(' '));
    expect(stderr).toMatch(/^portolan: [^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('failure', () => {
  it('is one line, with --json an object too, with --debug where it came from', async () => {
    const folder = scratchFolder();
    const plain = await run(folder, 'show', 'nothing');
    expect(plain).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^portolan: there is no "nothing" in the project; there is: .*digits.*\n$/),
    });
    const json = await run(folder, 'show', 'nothing', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { name: 'InputError', code: 'no-such-item' } });
    const debug = await run(folder, 'show', 'nothing', '--debug');
    expect(debug.stderr).toMatch(/\n {4}at /);
    expect(plain.stderr).not.toMatch(/\n {4}at /);
  });

  it.each<[string, (folder: string) => void, string[], RegExp]>([
    ['a file that is not there', () => {}, ['data', 'add', 'no.npy'], /there is no file no\.npy/],
    ['an empty file', (f) => writeFileSync(join(f, 'e.npy'), ''), ['data', 'add', 'e.npy'], /e\.npy.*empty/],
    ['an empty folder', (f) => mkdirSync(join(f, 'e')), ['data', 'add', 'e'], /e is a folder without files/],
    ['one row', (f) => rows(f, 'one.npy', [1, 4]), ['data', 'add', 'one.npy'], /one\.npy|one row|1 row/],
    [
      'a value that is not a number',
      (f) => rows(f, 'nan.npy', [10, 4], (i) => (i === 22 ? NaN : i)),
      ['data', 'add', 'nan.npy'],
      /NaN.*row 5.*column 2/,
    ],
    [
      'labels of another length',
      (f) => {
        rows(f, 'x.npy', [10, 4]);
        writeFileSync(join(f, 'l.csv'), 'class\na\nb\n');
      },
      ['data', 'add', 'x.npy', '--labels', 'l.csv'],
      /2.*10|10.*2/,
    ],
    [
      'a truncated file',
      (f) => {
        rows(f, 'x.npy', [10, 4]);
        writeFileSync(join(f, 't.npy'), readFileSync(join(f, 'x.npy')).subarray(0, 200));
      },
      ['data', 'add', 't.npy'],
      /t\.npy.*cut off/,
    ],
    [
      'more latents than features',
      () => {},
      ['learn', 'digits', '--latent-dim', '784'],
      /latentDim 784 must be less than/,
    ],
    [
      'a wrong zip',
      (f) => writeFileSync(join(f, 'x.zip'), 'not a zip'),
      ['import', 'x.zip'],
      /x\.zip: not a readable zip/,
    ],
    ['a pack that is to go', () => {}, ['rm', 'digits'], /comes with Portolan and can't be removed/],
    [
      'a data set where a space is meant',
      () => {},
      ['decode', 'digits', 'x', '--out', 'y.npy'],
      /digits is a data set, expected a space/,
    ],
  ])('%s', async (_, prepare, args, message) => {
    const folder = scratchFolder();
    prepare(folder);
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await run(folder, ...args);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^portolan: /);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/this is a bug/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(readdirSync(folder)).toEqual(before);
  });

  it('of a project of a newer version leaves it alone', async () => {
    const folder = scratchFolder();
    const mark = '{"format":"portolan-project","version":99,"created":""}';
    writeFileSync(join(folder, 'portolan.json'), mark);
    for (const args of [['ls'], ['learn', 'digits', '--method', 'pca'], ['rm', 'x']]) {
      const { code, stderr } = await run(folder, ...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(/the project has version 99, this Portolan reads up to version 1; update Portolan/);
    }
    expect(readdirSync(folder)).toEqual(['portolan.json']);
    expect(readFileSync(join(folder, 'portolan.json'), 'utf8')).toBe(mark);
  });

  it('to read an item is said, and lets the rest be used and the item removed', async () => {
    const folder = scratchFolder();
    rows(folder, 'x.npy', [20, 4]);
    await runJson(folder, 'data', 'add', 'x.npy');
    for (const name of ['a', 'b', 'c', 'd']) await runJson(folder, 'learn', 'x', '--method', 'pca', '--name', name);
    const spaces = join(folder, 'portolan-project', 'spaces');
    writeFileSync(join(spaces, 'a', 'info.json'), '{"kind":"space"}');
    writeFileSync(join(spaces, 'b', 'info.json'), '{');
    writeFileSync(join(spaces, 'c', 'encoder.onnx'), readFileSync(join(spaces, 'd', 'encoder.onnx')).subarray(0, 90));
    const listed = await run(folder, 'ls');
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/^space +c .*\nspace +d /m);
    expect(listed.stderr).toMatch(
      /^portolan: spaces\/a\/info\.json has no created; .*\nportolan: spaces\/b\/info\.json is not/,
    );
    expect((await run(folder, 'show', 'a')).stderr).toMatch(/^portolan: spaces\/a\/info\.json has no [^\n]+\n$/);
    const { code, stderr } = await run(folder, 'encode', 'c', 'x.npy', '--out', 'z.npy');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^portolan: spaces\/c: encoder\.onnx is not a model .*learn it again\n$/) as string,
    });
    expect(await runJson(folder, 'rm', 'a', 'b', 'c', 'c')).toEqual({ removed: ['a', 'b', 'c'], itemsLeft: [] });
    expect(readdirSync(spaces)).toEqual(['d']);
  });

  it('of a place that can’t be written', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'file'), 'x');
    const { code, stderr } = await run(folder, 'learn', 'digits', '--method', 'pca', '--project', 'file');
    expect(code).toBe(1);
    expect(stderr).toMatch(/portolan: .*file: a file stands where a folder is expected/);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
  });

  it('to keep a result leaves no half of it', async () => {
    const folder = scratchFolder();
    rows(folder, 'x.npy', [20, 4]);
    await runJson(folder, 'data', 'add', 'x.npy');
    await runJson(folder, 'learn', 'x', '--method', 'pca');
    writeFileSync(join(folder, 'file'), 'x');
    const { code, stderr } = await run(folder, 'encode', 'x-pca', 'x.npy', '--out', 'file/codes.npy');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^portolan: file\/codes\.npy: /);
  });
});

describe('Ctrl-C', () => {
  it('stops learning and keeps nothing', async () => {
    const folder = scratchFolder();
    const learning = start(folder, ['learn', 'digits', '--epochs', '1000', '--layers', '32']);
    await learning.printed(/epoch 1\/1000/);
    const clock = performance.now();
    learning.process.kill('SIGINT');
    const { code, stdout, stderr } = await learning.ended;
    expect(performance.now() - clock).toBeLessThan(5000);
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
    expect(stderr).toMatch(/\nportolan: cancelled; nothing was kept\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a pipe', () => {
  it('that is closed early is no error', () => {
    const folder = scratchFolder();
    const head = execFileSync('sh', ['-c', '"$0" "$1" ls --json 2>errors | head -c 10', process.execPath, PROGRAM], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(head).toBe('{"project"');
    expect(readFileSync(join(folder, 'errors'), 'utf8')).toBe('');
  });
});

describe('Ctrl-C while a file is written', () => {
  it('ends it soon and leaves nothing of it', { timeout: 30_000 }, async () => {
    const folder = scratchFolder();
    const exporting = start(folder, ['export', 'digits', '--out', 'digits.csv']);
    while (readdirSync(folder).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const clock = performance.now();
    exporting.process.kill('SIGINT');
    const { code, stderr } = await exporting.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'portolan: cancelled; nothing was kept\n' });
    expect(performance.now() - clock).toBeLessThan(1500);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe.runIf(existsSync('/dev/full'))('an output that can’t be written', () => {
  const shell = (folder: string, line: string): { status: number | null; stderr: string } =>
    spawnSync('sh', ['-c', line, process.execPath, PROGRAM], { cwd: folder, encoding: 'utf8' });

  it('is said in one line', () => {
    const { status, stderr } = shell(scratchFolder(), '"$0" "$1" ls > /dev/full');
    expect(stderr).toMatch(/^portolan: the output could not be written: ENOSPC[^\n]*\n$/);
    expect(status).toBe(1);
  });

  it('does not stop the work when it is only progress', () => {
    const folder = scratchFolder();
    rows(folder, 'x.npy', [20, 4]);
    const learn = '"$0" "$1" learn x --epochs 2 --layers 4 2> /dev/full';
    expect(shell(folder, `"$0" "$1" data add x.npy && ${learn}`).status).toBe(0);
    expect(readdirSync(join(folder, 'portolan-project', 'spaces'))).toEqual(['x-autoencoder']);
  });
});

describe('two programs on one project', () => {
  it('each get an id of their own', async () => {
    const folder = scratchFolder();
    rows(folder, 'x.npy', [40, 4]);
    await runJson(folder, 'data', 'add', 'x.npy');
    const learned = await Promise.all([1, 2, 3].map(() => runJson(folder, 'learn', 'x', '--method', 'pca')));
    expect(learned.map((result) => result.space as string).sort()).toEqual(['x-pca', 'x-pca-2', 'x-pca-3']);
    const { items } = await runJson(folder, 'ls', '--kind', 'space');
    expect(items).toHaveLength(3);
  });
});
