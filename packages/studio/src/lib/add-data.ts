/** Adds data from files that a person chose or dropped. */
import { blobSource } from '../client/index.ts';
import { duration } from './format.ts';
import { sentence } from './sentence.ts';
import { addForm } from './state/forms.svelte.ts';
import { project } from './state/project.svelte.ts';
import { ui } from './state/ui.svelte.ts';
import { view } from './state/view.svelte.ts';

/** `64x64`, `64x64x3` or nothing. */
export function parseImageSize(
  text: string,
): { size?: { height: number; width: number; channels?: 1 | 3 } } | { problem: string } {
  if (text.trim() === '') return {};
  const match = /^\s*(\d{1,5})\s*[x×]\s*(\d{1,5})(?:\s*[x×]\s*([13]))?\s*$/i.exec(text);
  if (!match) return { problem: 'Height × width, as 28x28, or 28x28x3 for colour.' };
  const channels = match[3] ? (Number(match[3]) as 1 | 3) : undefined;
  return { size: { height: Number(match[1]), width: Number(match[2]), ...(channels && { channels }) } };
}

/** `0,16` or nothing. */
export function parseRange(text: string): { range?: readonly [number, number] } | { problem: string } {
  if (text.trim() === '') return {};
  const parts = text.replaceAll('−', '-').split(/[,;…]|\.\.|\bto\b/);
  const [low, high, ...more] = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (more.length === 0 && low < high) return { range: [low, high] };
  return { problem: 'The values of black and white, as 0,16 or -1,1.' };
}

export async function addData(): Promise<void> {
  const { client } = project;
  const size = parseImageSize(addForm.image);
  const pixels = parseRange(addForm.range);
  if (!client || addForm.files.length === 0 || 'problem' in size || 'problem' in pixels) return;
  const name = addForm.name.trim() || suggestedName(addForm.files);
  addForm.busy = 'Reading';
  addForm.error = null;
  try {
    const info = await client.addData(
      {
        files: addForm.files.map((file) => blobSource(file)),
        ...(addForm.labels && { labels: blobSource(addForm.labels) }),
        ...(name && { name }),
        ...(addForm.label.trim() && { label: addForm.label.trim() }),
        ...(size.size && { image: size.size }),
        ...(pixels.range && { range: pixels.range }),
      },
      {
        onProgress: ({ phase, done, total, remaining }) => {
          const share = total > 0 ? `, ${Math.round((done / total) * 100)} %` : '';
          addForm.busy = `${phase}${share}${remaining ? `, ${duration(remaining)} left` : ''}`;
        },
      },
    );
    await project.refresh();
    addForm.files = [];
    addForm.labels = null;
    addForm.name = '';
    addForm.label = '';
    addForm.image = '';
    addForm.range = '';
    ui.said = `Added ${info.id}: ${info.nSamples} samples`;
    view.goTo({ data: info.id, space: null, map: null });
  } catch (error) {
    addForm.error = sentence(error);
  } finally {
    addForm.busy = null;
  }
}

/** A name for loose files that have no folder to be named after; undefined where the file or folder names the data. */
export function suggestedName(files: readonly File[]): string | undefined {
  const loose = files.length > 1 && files.every((file) => !file.webkitRelativePath);
  return loose && files.every((file) => /\.(png|jpe?g|webp)$/i.test(file.name)) ? 'pictures' : undefined;
}

/** All files of a drop, those in folders with their paths. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map((entry) => filesOf(entry)))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    const path = entry.fullPath.replace(/^\//, '');
    if (path !== file.name) Object.defineProperty(file, 'webkitRelativePath', { value: path });
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const out: File[] = [];
  // a reader gives at most a hundred entries at a time
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return out;
    for (const inner of some) out.push(...(await filesOf(inner)));
  }
}
