/** What was typed into panels stays there while they are closed, and after an error. */
class LearnForm {
  recipe = $state('');
  /** any method by its name, rather than a recipe */
  any = $state(false);
  method = $state('');
  more = $state(false);
  /** by data and recipe, the options changed from its own */
  texts = $state<Record<string, Record<string, string>>>({});
  /** how many states on the way are kept */
  checkpoints = $state('0');
}

export const learnForm = new LearnForm();

class MapForm {
  method = $state('');
  /** the rows, even where a space is looked at */
  rows = $state(false);
  more = $state(false);
  /** by method, the options that were changed */
  texts = $state<Record<string, Record<string, string>>>({});
  /** the column of categories, other than the label */
  label = $state('');
  /** begin at the map that is looked at, turn the new one to it */
  start = $state(false);
  align = $state(true);
  /** to which: another map than the one that is looked at */
  alignTo = $state('');
  /** ids of further spaces to be mapped in one frame with it, by what is mapped */
  together = $state<Record<string, readonly string[]>>({});
  coordinates = $state.raw<File | null>(null);
}

export const mapForm = new MapForm();

class MakeForm {
  generator = $state('');
  /** by generator, the options that were changed */
  texts = $state<Record<string, Record<string, string>>>({});
  busy = $state(false);
  error = $state<string | null>(null);
}

export const makeForm = new MakeForm();

class AddForm {
  files = $state.raw<readonly File[]>([]);
  labels = $state.raw<File | null>(null);
  /** of the data in the project */
  name = $state('');
  label = $state('');
  image = $state('');
  /** pixel values of black and white */
  range = $state('');
  busy = $state<string | null>(null);
  error = $state<string | null>(null);

  /** What was dropped or chosen. */
  take(files: readonly File[]): void {
    this.files = files;
    this.error = null;
  }
}

export const addForm = new AddForm();
