/** A model that is being brought: its files, what was said of it, and what is asked. It stays while the panel is closed. */
class BringForm {
  files = $state.raw<readonly File[]>([]);
  /** the data whose rows it encodes; empty for none; null until something else than what is looked at was chosen */
  data = $state<string | null>(null);
  /** answers as typed, by the name of the field */
  texts = $state<Record<string, string>>({});
  /** what the model leaves open */
  asked = $state.raw<readonly string[]>([]);
  busy = $state<string | null>(null);
  error = $state<string | null>(null);

  /** What was dropped or chosen. */
  take(files: readonly File[]): void {
    this.files = files;
    this.data = null;
    this.texts = {};
    this.asked = [];
    this.error = null;
  }
}

export const bringForm = new BringForm();
