/** Packages that may be there: beside the project, where a person installs them, or beside Portolan. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError } from '@portolan/core';

/** Where packages are looked for; PORTOLAN_PACKAGES names a folder with node_modules in it. */
const places = (): string[] =>
  [process.env.PORTOLAN_PACKAGES, process.cwd()]
    .filter((place): place is string => !!place)
    .map((place) => pathToFileURL(join(place, 'portolan.js')).href)
    .concat(import.meta.url);

/** The file of a package, or undefined where it is not installed. */
export function resolveOptional(name: string): string | undefined {
  for (const place of places()) {
    try {
      return createRequire(place).resolve(name);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    }
  }
  return undefined;
}

/**
 * A package's exports.
 * @param model  whose it is, and what is to be installed for it
 * @throws InputError, code `missing-package`, in one line
 */
export async function importOptional<T>(
  name: string,
  { model, install }: { model: string; install: string },
): Promise<T> {
  const file = resolveOptional(name);
  if (file === undefined) {
    throw new InputError(`${model} needs a package that is not installed; npm install ${install} adds it`, {
      code: 'missing-package',
      details: { model, install },
    });
  }
  try {
    const found = (await import(pathToFileURL(file).href)) as Record<string, unknown> & { default?: T };
    // of a CommonJS module, the exports are the default
    return (found.default && Object.keys(found).length <= 2 ? found.default : { ...found.default, ...found }) as T;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new InputError(`${model}: the package ${name} does not load (${why}); npm install ${install} mends it`, {
      code: 'missing-package',
      details: { model, install },
      cause,
    });
  }
}
