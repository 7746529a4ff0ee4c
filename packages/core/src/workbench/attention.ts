/** `attention`: what of a text attends to what, in a space of a transformer. */
import { attentionOf } from '../spaces/index.ts';
import type { Attention } from '../spaces/index.ts';
import { useSpace } from './apply.ts';
import type { Desk } from './desk.ts';

/** @throws InputError when the space has no attention */
export function attention(desk: Desk, { space: id, text }: { space: string; text: string }): Promise<Attention> {
  return useSpace(desk, id, async (space) => attentionOf(space, text));
}
