import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { anchorOf, glossaryHtml } from '../../glossary-page.ts';
import { GLOSSARY, glossaryLink, type Term } from './glossary.ts';

const markdown = readFileSync(new URL('../../../../docs/glossary.md', import.meta.url), 'utf8');

test('every term of the studio leads to a row of the glossary', () => {
  const html = glossaryHtml(markdown);
  const missing = (Object.keys(GLOSSARY) as Term[]).filter(
    (term) => !html.includes(` id="${glossaryLink(term).split('#')[1]}"`),
  );
  expect(missing).toEqual([]);
});

test('rows have an anchor for each term and name, each once; text is escaped', () => {
  const html = glossaryHtml(
    '# T & U\n\nWords.\n\n| term | means | in code |\n|---|---|---|\n| **a, b c** | p(z\\|x) < 1 | `latentDim`, `a` |\n| **a** | x | y |',
  );
  expect(html).toContain('<h1>T &amp; U</h1>');
  expect(html).toContain('<span id="a"></span><span id="b-c"></span><span id="latent-dim"></span>a, b c</th>');
  expect(html).toContain('<td>p(z|x) &lt; 1</td>');
  expect(html.match(/id="a"/g)).toHaveLength(1);
});

test('anchors', () => {
  expect(['latentDim', 'neighbour recall', 'ELBO, β', 'prior.sample'].map(anchorOf)).toEqual([
    'latent-dim',
    'neighbour-recall',
    'elbo-β',
    'prior-sample',
  ]);
});
