/**
 * word2vec of a text file, a sentence a line: `node bench/spaces/word2vec-learn.mjs TEXT OUT OPTIONS`, the options as
 * JSON. Writes OUT.npy and OUT.words; prints tokens and seconds of learning alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { finish } from '@portolan/core/base';
import { corpusSteps, fitSkipGram } from '@portolan/core/spaces';
import { nodeKernels } from 'portolan';
import { writeNpy } from '../lib/npy.mjs';

const [text, out, json] = process.argv.slice(2);
const { threads = 1, ...options } = JSON.parse(json);
const lines = readFileSync(text, 'utf8').trim().split('\n');
const how = { tokens: 'blanks', lowercase: false, minCount: 5, phrases: 0, phraseThreshold: 100 };
const { words, counts, sequences } = finish(corpusSteps(text, lines, how));
const kernels = nodeKernels({ threads });
const begin = performance.now();
const cpu = process.cpuUsage();
const { inputs, history } = await fitSkipGram(sequences, options, { kernels });
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage(cpu);
writeNpy(`${out}.npy`, inputs.data, [inputs.rows, inputs.cols]);
writeFileSync(`${out}.words`, words.join('\n'));
const tokens = options.epochs * counts.reduce((sum, count) => sum + count, 0);
const losses = history.map(({ train }) => train.loss);
console.log(JSON.stringify({ tokens, seconds, cpuSeconds: (user + system) / 1e6, losses }));
