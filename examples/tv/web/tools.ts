/**
 * What the television has for people who develop it: the panel with its button, and `tandem` in the console. None of it is needed for the picture or after
 * a crash, so it is loaded when the application runs.
 */
import type { Application } from 'tandem';
import type { CanvasScreen } from 'tandem/browser';
import type { RecordingLevel } from 'tandem/trace';
import { Developer } from './developer.js';
import { Panel } from './panel.js';
import { RecordButton } from './record-button.js';

export { showTracks } from './developer.js';
export { openTarget } from './recordings.js';

export interface ToolsOptions {
  readonly application: Application;
  readonly window: Window;
  /** Level of recordings that name none. */
  readonly level: RecordingLevel;
  /** The display of the life that runs now. */
  readonly display: () => CanvasScreen | null;
  readonly actors: HTMLElement;
  /** Tells of crashes, and of recordings. */
  readonly crash: HTMLElement;
  readonly record: HTMLButtonElement;
}

export function openTools({ application, window, level, display, actors, crash, record }: ToolsOptions): void {
  const developer = new Developer(application, level, display);
  Object.assign(window, { tandem: developer });
  new Panel({ application, window, list: actors, crash });
  new RecordButton({ application, developer, window, button: record, trouble: crash });
}
