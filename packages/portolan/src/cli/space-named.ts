/** The space that a command line names. */
import { InputError, listNames } from '@portolan/core';
import type { SpaceInfo } from '@portolan/core';
import type { Context } from './verb.ts';

/** @throws InputError that lists the spaces there are */
export async function spaceNamed({ project }: Context, id: string): Promise<SpaceInfo> {
  const info = await project.show({ id });
  if (info.kind === 'space') return info;
  const spaces = (await project.list({ kind: 'space' })).map((space) => space.id);
  const there = spaces.length > 0 ? listNames(spaces) : 'there is none yet';
  throw new InputError(`${id} is a ${info.kind === 'data' ? 'data set' : 'map'}, expected a space: ${there}`, {
    code: 'wrong-kind',
  });
}
