/** .npy files, without Portolan's readers, so that every peer is given and judged by the same bytes. */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';

const TYPES = { '<f4': Float32Array, '<f8': Float64Array, '|u1': Uint8Array, '<u4': Uint32Array, '<i4': Int32Array };
const CHUNK = 1 << 26;

/** Written under another name first, so that a file is whole or absent. */
export function writeNpy(file, data, shape) {
  const descr = Object.keys(TYPES).find((name) => data instanceof TYPES[name]);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  let text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  text = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(text.length, 8);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const temporary = `${file}.${process.pid}`;
  const handle = openSync(temporary, 'w');
  writeSync(handle, Buffer.concat([head, Buffer.from(text, 'latin1')]));
  for (let at = 0; at < bytes.length; at += CHUNK) writeSync(handle, bytes.subarray(at, at + CHUNK));
  closeSync(handle);
  renameSync(temporary, file);
}

/** → { data, shape }; `data` lies at an offset that its type allows */
export function readNpy(file) {
  const bytes = readFileSync(file);
  const length = bytes.readUInt16LE(8);
  const text = bytes.toString('latin1', 10, 10 + length);
  const [, descr] = /'descr': '([^']+)'/.exec(text);
  const shape = /'shape': \(([^)]*)\)/
    .exec(text)[1]
    .split(',')
    .filter((part) => part.trim())
    .map(Number);
  const start = bytes.byteOffset + 10 + length;
  return { data: new TYPES[descr](bytes.buffer.slice(start, bytes.byteOffset + bytes.length)), shape };
}
