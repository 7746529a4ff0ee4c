/** Opens the project and goes to where the address, or a person's last work, says. */
import { project } from './state/project.svelte.ts';
import { learning } from './state/learning.svelte.ts';
import { mapping } from './state/mapping.svelte.ts';
import { view } from './state/view.svelte.ts';
import { fromAddress } from './address.ts';

export async function begin(): Promise<void> {
  await project.open();
  if (!project.client) return;
  const asked = fromAddress(location.hash);
  if (asked.data !== null) view.start({});
  else {
    const space = project.spaces.findLast((item) => project.dataOf(item.data));
    view.start({
      data: space?.data ?? project.data[0]?.id ?? null,
      space: space?.id ?? null,
    });
  }
  await Promise.all([learning.rejoin(), mapping.rejoin()]);
}
