/** An error as a sentence for people: what happened, why, what to do; a bug of ours is called one. */
import { isAbort, PortolanError } from '@portolan/core/base';

export function sentence(error: unknown): string {
  if (isAbort(error)) return 'Cancelled.';
  const text = error instanceof Error ? error.message : String(error);
  // names of files and of options stay as they are
  const whole = /^[a-z]+(?=[\s,;:’]|$)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  const ended = /[.!?]$/.test(whole) ? whole : `${whole}.`;
  if (error instanceof PortolanError) return ended;
  if (error instanceof TypeError && /fetch|network|load failed/i.test(text)) {
    return 'The server can’t be reached. Is portolan still running in its terminal? Start it again, then reload this page.';
  }
  return ended;
}
