/** The button of the panel that starts and ends a recording, as the key R does, and shows for how long it has been going on. */
import type { Application, RunningRecording } from 'tandem';
import { platformClock } from 'tandem/browser';
import type { Developer } from './developer.js';
import { elapsed } from './recordings.js';

/** Often enough that no second is left out. */
const SHOW_MS = 250;
const KEY = 'r';

export interface RecordButtonOptions {
  readonly application: Application;
  readonly developer: Developer;
  readonly window: Window;
  readonly button: HTMLButtonElement;
  /** Says why a recording cannot begin, or has ended. */
  readonly trouble: HTMLElement;
}

export class RecordButton {
  private busy = false;
  private shown: RunningRecording | null = null;

  constructor(private readonly options: RecordButtonOptions) {
    const { application, window, button } = options;
    window.addEventListener('keydown', (event) => {
      if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key?.toLowerCase() === KEY) void this.toggle();
    });
    button.addEventListener('click', () => {
      button.blur(); // the keyboard stays with the television
      void this.toggle();
    });
    application.onChange((change) => {
      if (change.type === 'recording') this.tell(change.error);
    });
    window.setInterval(() => this.show(), SHOW_MS);
    this.show();
  }

  private async toggle(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const { application, developer, trouble } = this.options;
    try {
      trouble.textContent = '';
      const { recording } = application.system;
      if (recording) await recording.stop();
      else await developer.record();
    } catch (error) {
      this.tell(error);
    }
    this.busy = false;
    this.show();
  }

  private tell(error: unknown): void {
    const text = `recording: ${error instanceof Error ? error.message : error}`;
    this.options.trouble.textContent = text;
    console.warn(text);
  }

  /** A recording that is being stopped is shown until its file is whole. */
  private show(): void {
    if (this.busy) return;
    const { application, button } = this.options;
    const { recording } = application.system;
    if (recording !== this.shown) this.note(recording);
    const text = recording ? `● REC ${elapsed(platformClock.nowMicros() - recording.startedAt)}` : 'R record';
    if (button.textContent !== text) button.textContent = text;
  }

  /** A recording has begun or ended, by whomever. */
  private note(recording: RunningRecording | null): void {
    this.shown = recording;
    this.options.button.toggleAttribute('data-recording', recording !== null);
    console.info(recording ? `records, level ${recording.level}` : 'the recording has ended');
  }
}
