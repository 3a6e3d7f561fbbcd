/**
 * Notes at messages: each travel leaves one, and a person writes more into it. They are kept in the recording: in its file, or in what is saved of an
 * application that runs. What was written and is not saved yet is asked for when the page is left.
 */

import { NOTE_LENGTH_MAX, NOTES_MAX, type Note } from '../../trace/notes.js';
import { timeText } from '../../trace/text.js';
import { reasonOf } from '../server/reason.js';
import { actButton, Dialog } from './dialog.js';
import { download, recordingName } from './download.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import type { Travel } from './travel.js';
import type { View } from './view.js';

export class Notebook {
  private readonly pane: Dialog;
  private readonly notes = new Map<number, Note>();
  /** Whether something was written that is nowhere else. */
  private isWritten = false;
  private problem = '';

  constructor(
    dialog: HTMLDialogElement,
    private readonly view: View,
    private readonly steps: Steps,
    private readonly travel: Travel,
    private readonly server: ServerLink,
  ) {
    this.pane = new Dialog(dialog, async () => this.show(), null);
    travel.onArrival = () => this.add();
    addEventListener('beforeunload', (event) => this.isWritten && event.preventDefault());
  }

  toggle(): void {
    this.pane.toggle();
  }

  /** Those in the recording, as it is opened. */
  async load(): Promise<void> {
    try {
      for (const note of await this.server.notes()) this.notes.set(note.number, note);
    } catch (error) {
      this.problem = reasonOf(error);
    }
  }

  /** A note at what is selected, if there is none yet. */
  private add(): void {
    const { detail } = this.view;
    const number = detail?.line.number || detail?.moment;
    if (!detail || !number || this.notes.has(number) || this.notes.size >= NOTES_MAX) return;
    const { source, target, kind, at } = detail.line;
    this.notes.set(number, { number, at, title: `${kind} ${source} → ${target}`, text: '' });
  }

  private show(): void {
    const notes = [...this.notes.values()].sort((a, b) => a.number - b.number);
    const empty = element('p', {}, ['No notes yet: Enter travels to a message, and leaves one there.']);
    const list = element(
      'ol',
      { class: 'notes' },
      notes.map((note) => this.item(note)),
    );
    this.pane.content.replaceChildren(notes.length > 0 ? list : empty, element('p', {}, this.buttons(notes)));
    if (this.problem) this.pane.say(this.problem);
    else if (notes.length >= NOTES_MAX) this.pane.say(`a recording keeps ${NOTES_MAX} notes: remove one before the next`);
  }

  private item(note: Note): HTMLElement {
    const { number, at, title, text } = note;
    const go = element('button', { type: 'button', class: 'link' }, [`#${number} ${title}`]);
    go.addEventListener('click', () => void this.goTo(number));
    const field = element('textarea', { rows: '2', maxlength: String(NOTE_LENGTH_MAX), 'aria-label': `Note at #${number}` });
    field.value = text;
    field.addEventListener('input', () => {
      this.notes.set(number, { ...note, text: field.value });
      this.isWritten = true;
    });
    const remove = actButton('remove', `remove the note at #${number}`, 'the note, not the message', () => {
      this.notes.delete(number);
      this.isWritten = true;
      this.show();
    });
    return element('li', {}, [element('div', {}, [go, element('span', { class: 'faint noted' }, [timeText(at)]), remove]), field]);
  }

  private buttons(notes: readonly Note[]): readonly Node[] {
    const here = actButton('note here', 'note at the message that is selected', 'a note at the message that is selected', () => {
      this.add();
      this.show();
    });
    const { status } = this.server;
    const keep = actButton('save', 'save the notes in the recording', 'they are there again when it is opened', () =>
      this.save('save the notes', () => this.server.keepNotes(notesOf(this.notes))),
    );
    const copy = actButton(
      'save as a file',
      'save the recording as a file, with its notes',
      'all that is recorded so far, with the notes',
      () =>
        this.save('save a recording', async () => {
          const bytes = await this.server.saved({ notes: notesOf(this.notes) });
          download(recordingName(status?.name ?? '', 'noted'), bytes);
        }),
    );
    return [
      ...(this.view.detail ? [here] : []),
      ...(status?.keepsNotes ? [keep] : []),
      ...(notes.length > 0 || status?.isLive ? [copy] : []),
    ];
  }

  private save(what: string, work: () => Promise<void>): Promise<void> {
    return this.pane.act(what, async () => {
      await work();
      this.isWritten = false;
    });
  }

  private async goTo(number: number): Promise<void> {
    this.pane.close();
    await this.steps.toNumber(number);
    await this.travel.enter();
  }
}

const notesOf = (notes: ReadonlyMap<number, Note>): readonly Note[] => [...notes.values()].sort((a, b) => a.number - b.number);
