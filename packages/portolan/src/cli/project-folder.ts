/** Which project is meant: the flag, the environment, the nearest folder that is one, or a new one here. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MARK_FILE } from '../store/folder-store.ts';

export function projectFolder(flag: string | undefined, { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string }): string {
  const named = flag ?? env.PORTOLAN_PROJECT;
  if (named) return resolve(cwd, named);
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, MARK_FILE))) return folder;
    if (folder === dirname(folder)) return join(cwd, 'portolan-project');
  }
}
