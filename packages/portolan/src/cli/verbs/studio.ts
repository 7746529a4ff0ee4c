import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../server/index.ts';
import { number } from '../method-options.ts';
import { REPRODUCIBLE, textFlag } from '../verb.ts';
import type { Verb } from '../verb.ts';

/** In a clone, and in the published package. */
const BUILDS = ['../../../../studio/dist/', '../../../studio/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

export const studio: Verb = {
  name: 'studio',
  summary: 'Open the project in the browser',
  positionals: [],
  flags: [
    { name: 'port', value: 'N', summary: 'the port to listen on', default: '7784, or the next that is free' },
    REPRODUCIBLE,
    { name: 'open', summary: 'open the browser; --no-open leaves that to you', default: 'on' },
  ],
  json: 'url, port, project',
  examples: ['studio', 'studio --no-open --port 8000'],
  async run(context) {
    const { args, project, folder, job, note, announce } = context;
    const port = textFlag(context, 'port');
    const server = await startServer({
      workbench: project,
      studioDir: BUILDS.find((build) => existsSync(`${build}index.html`)),
      port: port === undefined ? undefined : number('--port', port, { min: 0, max: 65535, integer: true }),
    });
    const { url, port: actual } = server;
    announce({ json: { url, port: actual, project: folder }, text: `Portolan is at ${url}\nStop it with Ctrl-C.` });
    if (args.flags.get('open') !== false)
      openBrowser(url, () => note('portolan: no browser could be opened; open the address above'));
    await new Promise<void>((resolve) => {
      if (job.signal!.aborted) resolve();
      job.signal!.addEventListener('abort', () => resolve(), { once: true });
    });
    await server.close();
    throw job.signal!.reason;
  },
};

/** The person's own browser. */
function openBrowser(url: string, failed: () => void): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
        : ['xdg-open', [url]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', failed);
  child.once('exit', (code) => code !== 0 && failed());
  child.unref();
}
