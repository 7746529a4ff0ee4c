/** The machine and the versions, for the head of the results. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem, type } from 'node:os';

export function machine() {
  const [{ model }] = cpus();
  const lines = [
    `${new Date().toISOString().slice(0, 10)} · ${model.trim()}, ${availableParallelism()} cores, ` +
      `${Math.round(totalmem() / 2 ** 30)} GB, ${type()}; load ${loadavg()[0].toFixed(1)} at the start`,
    `Node ${process.versions.node}, onnxruntime-node ${version('onnxruntime-node')}, onnxruntime-web ${version('onnxruntime-web')}`,
    `Peers: ${peers().join(', ')}`,
  ];
  return lines;
}

function version(name) {
  return JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

const PYTHON = [
  ['torch', 'PyTorch'],
  ['scikit-learn', 'scikit-learn'],
  ['umap-learn', 'umap-learn'],
  ['pynndescent', 'pynndescent'],
  ['numba', 'numba'],
  ['hnswlib', 'hnswlib'],
  ['faiss', 'faiss'],
];
const NPM = ['@tensorflow/tfjs', '@jax-js/jax', 'umap-js', 'regl-scatterplot', 'three'];

const peers = () => [...pythonPeers(), ...NPM.map(npmPeer)];

function npmPeer(name) {
  try {
    const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    return `${name} ${JSON.parse(readFileSync(path, 'utf8')).version}`;
  } catch {
    return `${name} not installed`;
  }
}

function pythonPeers() {
  const program = `
import importlib.metadata, json
versions = {}
for name in ${JSON.stringify(PYTHON.map(([name]) => name))}:
    try: versions[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError: pass
print(json.dumps(versions))`;
  let versions = {};
  try {
    versions = JSON.parse(
      String(execFileSync(process.env.PYTHON ?? '/usr/bin/python3', ['-c', program], { stdio: 'pipe' })),
    );
  } catch {
    // no Python, no versions
  }
  return PYTHON.map(([name, title]) => `${title} ${versions[name]?.split('+')[0] ?? 'not installed'}`);
}
