/** The operating system's error codes → one clear line. */
import { PortolanError, StoreError } from '@portolan/core';

/** The code of a system error, or the empty string. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && (error as NodeJS.ErrnoException).code;
  return typeof code === 'string' ? code : '';
}

/** @param place  the path that a person knows */
export function explain(
  error: unknown,
  { place, doing, bytes }: { place: string; doing: string; bytes?: number },
): Error {
  if (error instanceof PortolanError || (error instanceof Error && error.name === 'AbortError')) return error;
  const code = codeOf(error);
  const size = bytes ? ` (${(bytes / 1e6).toFixed(1)} MB)` : '';
  const say = (message: string, kind: string): StoreError =>
    new StoreError(message, { code: kind, details: { place, system: code }, cause: error });
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return say(
        `${place}: the disk is full while ${doing}${size}; free some space and try again, nothing was changed`,
        'full',
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return say(
        `${place}: ${code === 'EROFS' ? 'the disk is read-only' : 'no permission'} while ${doing} (${code}); make it accessible or choose another place`,
        'read-only',
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return say(`${place}: a file stands where a folder is expected; name another place`, 'store');
    case 'ENOENT':
      return say(`${place}: not there while ${doing}`, 'store');
    case 'EISDIR':
      return say(`${place} is a folder, expected a file`, 'store');
    case 'EMFILE':
    case 'ENFILE':
      return say(`${place}: too many files are open; close other programs and try again`, 'store');
    default:
      return say(`${place}: failed while ${doing}: ${error instanceof Error ? error.message : error}`, 'store');
  }
}
