import { InputError } from '@portolan/core';

/** The command line itself is wrong: exit code 2. */
export class UsageError extends InputError {
  constructor(message: string) {
    super(message, { code: 'usage' });
  }
}
