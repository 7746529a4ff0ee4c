/**
 * docs/glossary.md as a page of the studio, so that every term leads to it, with and without a network. The Markdown is
 * ours: a title, paragraphs, and one table of term, meaning and names in code. Each term, and each name in code, is an
 * anchor of its row.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('../../docs/glossary.md', import.meta.url));
const studio = fileURLToPath(new URL('.', import.meta.url));

/** `latentDim` → `latent-dim`, `neighbour recall` → `neighbour-recall`. */
export function anchorOf(words: string): string {
  const spaced = words.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
}

/** The page's `main` element. */
export function glossaryHtml(markdown: string): string {
  const taken = new Set<string>();
  const blocks = markdown.trim().split(/\n\s*\n/);
  const html = blocks.map((block) => {
    if (block.startsWith('# ')) return `<h1>${inline(block.slice(2))}</h1>`;
    if (block.startsWith('|')) return table(block.split('\n'), taken);
    return `<p>${inline(block.replaceAll('\n', ' '))}</p>`;
  });
  return `<main>\n${html.join('\n')}\n</main>`;
}

function table([head, , ...lines]: string[], taken: Set<string>): string {
  const heads = cellsOf(head).map((cell) => `<th scope="col">${inline(cell)}</th>`);
  const rows = lines.map((line) => {
    const [term, meaning, code] = cellsOf(line);
    const names = [
      ...term.replaceAll('**', '').split(', '),
      ...[...code.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    ];
    const anchors = names.map(anchorOf).filter((anchor) => anchor !== '' && !taken.has(anchor));
    const spans = [...new Set(anchors)].map((anchor) => `<span id="${anchor}"></span>`);
    for (const anchor of anchors) taken.add(anchor);
    return `<tr><th scope="row">${spans.join('')}${inline(term)}</th><td>${inline(meaning)}</td><td>${inline(code)}</td></tr>`;
  });
  return `<table>\n<thead><tr>${heads.join('')}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`;
}

/** Cells of a line of a table; `\|` is a bar inside one. */
function cellsOf(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

function inline(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replaceAll(/`([^`]+)`/g, '<code>$1</code>').replaceAll('**', '');
}

/** Adds the page to builds of the studio, and fills it. */
export function glossaryPage(): Plugin {
  return {
    name: 'glossary-page',
    config(config) {
      if (resolve(config.root ?? '.') !== resolve(studio)) return undefined;
      const input = ['index.html', 'glossary.html'].map((name) => resolve(studio, name));
      return { build: { rolldownOptions: { input } } };
    },
    transformIndexHtml(html, { filename }) {
      if (!filename.endsWith('glossary.html')) return undefined;
      return html.replace('<!-- docs/glossary.md -->', () => glossaryHtml(readFileSync(source, 'utf8')));
    },
  };
}
