/** The script of a page that `mapToHtml` makes. Built into one text by scripts/viewer.mjs. */
import { startApp } from './app.ts';
import { readMap } from './read.ts';

async function main(): Promise<void> {
  try {
    const map = startApp(await readMap(), document.body);
    Object.assign(window, { portolanMap: map });
  } catch (error) {
    const line = document.createElement('p');
    line.textContent = `This map can't be shown: ${error instanceof Error ? error.message : String(error)}`;
    document.body.prepend(line);
  }
}

if (document.readyState === 'loading') addEventListener('DOMContentLoaded', () => void main());
else void main();
