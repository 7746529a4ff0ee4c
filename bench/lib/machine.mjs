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
    `Peers: ${[python('torch', 'PyTorch'), python('sklearn', 'scikit-learn'), npmPeer('@tensorflow/tfjs'), npmPeer('@jax-js/jax')].join(', ')}`,
  ];
  return lines;
}

function version(name) {
  return JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;
}

function npmPeer(name) {
  try {
    const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
    return `${name} ${JSON.parse(readFileSync(path, 'utf8')).version}`;
  } catch {
    return `${name} not installed`;
  }
}

function python(module, title) {
  try {
    const command = `import ${module}; print(${module}.__version__)`;
    const found = execFileSync(process.env.PYTHON ?? '/usr/bin/python3', ['-c', command], { stdio: 'pipe' });
    return `${title} ${String(found).trim()}`;
  } catch {
    return `${title} not installed`;
  }
}
