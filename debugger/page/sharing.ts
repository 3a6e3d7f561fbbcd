/** What a person gives to others: a link to the message, a sequence diagram of what led to it and came of it, what the list shows as a recording. */
import type { Remote } from 'comlink';
import { copied } from './clipboard.js';
import { download, recordingName } from './download.js';
import type { FilterField } from './filter.js';
import { say, sayHow } from './say.js';
import type { ServerLink } from './server.js';
import type { Steps } from './steps.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

/** A message by its number, or by its place in the recording where it has none. */
const HASH = /^#(message|row)=(\d+)$/;
/** Characters shown of an address that makes no sense, so that a person sees which it was. */
const HASH_SHOWN_MAX = 40;

export class Sharing {
  /** What the address asks for, and is not read yet. */
  private wished: { readonly by: string; readonly number: number } | null = null;

  constructor(
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly steps: Steps,
    private readonly filter: FilterField,
    private readonly server: ServerLink,
  ) {
    addEventListener('hashchange', () => this.wish());
    view.on(['run'], () => void this.seek());
    this.wish();
  }

  private wish(): void {
    const [, by, number] = HASH.exec(location.hash) ?? [];
    this.wished = by === undefined ? null : { by, number: Number(number) };
    if (by === undefined && location.hash !== '')
      say(`the address asks for ${location.hash.slice(0, HASH_SHOWN_MAX)}: there is no such message`);
    void this.seek();
  }

  /** Selects what the address asks for, as soon as it is read. */
  private async seek(): Promise<void> {
    const { wished, view } = this;
    if (!wished || !view.run) return;
    const { isWhole, messages } = view.run;
    const known = wished.number < messages ? wished.number : -1;
    const row = wished.by === 'row' ? known : await this.run.rowOfNumber(wished.number);
    if (this.wished !== wished || (row < 0 && !isWhole)) return;
    this.wished = null;
    if (row < 0) say(`the address asks for message ${wished.number}, which this recording does not have`);
    else await this.steps.select(row);
  }

  /** The address of what is selected. */
  async copyLink(): Promise<void> {
    const { detail } = this.view;
    if (!detail) return say('select a message first: the link leads to it');
    const { number, row } = detail.line;
    const address = new URL(location.href);
    address.hash = number > 0 ? `message=${number}` : `row=${row}`;
    history.replaceState(null, '', address);
    const isCopied = await copied(address.href);
    say(
      isCopied
        ? 'the link is on the clipboard: it opens here while this debugger runs'
        : 'the browser gives no clipboard: copy the address of the page',
    );
  }

  copyDiagram(): Promise<void> {
    return sayHow(async () => {
      const { detail } = this.view;
      if (!detail) return 'select a message first: the diagram has what led to it, and what came of it';
      const isCopied = await copied(await this.run.diagram(detail.line.row));
      return isCopied ? 'the sequence diagram is on the clipboard, for Mermaid' : 'the browser gives no clipboard';
    });
  }

  saveList(): Promise<void> {
    return sayHow(async () => {
      const { filter, server, view } = this;
      const part = await filter.part();
      if (view.shown === 0) return 'the list is empty: there is nothing to be saved';
      say('writing what the list shows …');
      const bytes = await server.saved({ part });
      const name = recordingName(server.status?.name ?? '', 'part');
      download(name, bytes);
      return `${name} has what the list shows, to look at: npx tandem debug ${name}`;
    });
  }
}
