/** A model from elsewhere → a space. Only what it leaves open is asked for. */
import type { InputError } from '@portolan/core/base';
import { blobSource } from '../client/index.ts';
import { ANSWERS, bringArgs } from './bring-told.ts';
import { sentence } from './sentence.ts';
import { bringForm } from './state/bring.svelte.ts';
import { project } from './state/project.svelte.ts';
import { ui } from './state/ui.svelte.ts';
import { view } from './state/view.svelte.ts';

/** @param data  the data whose rows it encodes; undefined for a decoder alone */
export async function bringModel(data: string | undefined): Promise<void> {
  const { client } = project;
  if (!client || bringForm.files.length === 0 || bringForm.busy) return;
  bringForm.error = null;
  bringForm.busy = 'Trying it';
  try {
    const files = bringForm.files.map((file) => blobSource(file));
    const info = await client.addSpace(
      { files, ...(data && { data }), ...bringArgs(bringForm.texts) },
      {
        onProgress: ({ phase, done, total }) => {
          bringForm.busy = `${phase}${total > 0 ? `, ${Math.round((done / total) * 100)} %` : ''}`;
        },
      },
    );
    await project.refresh();
    bringForm.take([]);
    ui.said = `Added ${info.id}: ${info.latentDim} dimensions`;
    ui.panel = null;
    view.goTo({ data: info.data, space: info.id, map: null });
  } catch (error) {
    bringForm.error = sentence(error);
    const { code, details } = error as Partial<InputError>;
    if (code === 'tell') bringForm.asked = ANSWERS[String(details?.ask)] ?? [];
  } finally {
    bringForm.busy = null;
  }
}
