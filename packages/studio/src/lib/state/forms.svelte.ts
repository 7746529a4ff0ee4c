/** What was typed into panels stays there while they are closed, and after an error. */
class LearnForm {
  recipe = $state('');
  more = $state(false);
  /** by data and recipe, the options changed from its own */
  texts = $state<Record<string, Record<string, string>>>({});
}

export const learnForm = new LearnForm();

class AddForm {
  files = $state.raw<readonly File[]>([]);
  labels = $state.raw<File | null>(null);
  /** of the data in the project */
  name = $state('');
  label = $state('');
  image = $state('');
  busy = $state<string | null>(null);
  error = $state<string | null>(null);

  /** What was dropped or chosen. */
  take(files: readonly File[]): void {
    this.files = files;
    this.error = null;
  }
}

export const addForm = new AddForm();
