/** What is selected: its path, its message, its causes and effects, its bytes. */

import { durationText, timeText } from '../../trace/text.js';
import { reasonOf } from '../server/reason.js';
import type { Detail, Line } from '../table/run.js';
import { copied } from './clipboard.js';
import { codeOf, codeQuery } from './code.js';
import { element } from './element.js';
import { MomentPane } from './moment.js';
import { pathParts, pathSentence } from './path-words.js';
import { say } from './say.js';
import type { ServerLink } from './server.js';
import { StatePane } from './state.js';
import type { Steps } from './steps.js';
import type { View } from './view.js';

/** Bytes of a frame that are shown: a display list has some thousands. */
const BYTES_SHOWN_MAX = 4096;

export class DetailPane {
  private readonly state: StatePane;
  private readonly moment: MomentPane;

  constructor(
    private readonly box: HTMLElement,
    private readonly view: View,
    private readonly steps: Steps,
    private readonly server: ServerLink,
  ) {
    this.state = new StatePane(view, steps, server);
    this.moment = new MomentPane(view, this.state, server);
    steps.showState = () => this.showState();
    view.on(['selected', 'travels'], () => this.show());
    this.show();
  }

  /** The state of an actor is shown wherever is travelled to. */
  opens(actor: string): void {
    this.moment.opens(actor);
  }

  private show(): void {
    const { detail, travels } = this.view;
    this.box.replaceChildren(...(detail ? this.parts(detail) : [hint()]));
    if (detail?.trap) void this.showCode();
    if (travels && detail?.isOfActor) void this.showState();
  }

  private parts(detail: Detail): Node[] {
    const { line, causes, effects, effectCount, path } = detail;
    const parts: Node[] = [
      element('h2', {}, [`${line.number ? `#${line.number} ` : ''}${line.kind}`]),
      element('p', { class: 'way' }, [`${placed(line.source, detail.sourceVm)} → ${placed(line.target, detail.targetVm)}`]),
      timesOf(detail),
    ];
    if (detail.trap) parts.push(element('p', { class: 'trap' }, [`ended here: ${detail.trap.reason}`, ...at(detail.trap.position)]));
    if (path) parts.push(this.section('Path', [element('p', { class: 'sentence' }, [pathSentence(path)]), this.path(path)]));
    if (detail.isOfActor) parts.push(this.section('State', [this.stateButton]));
    if (this.view.travels)
      parts.push(
        this.section('Moment', [
          `All states after #${detail.moment}:`,
          ...this.moment.parts,
          element('p', { id: 'moment-said', class: 'faint', role: 'status' }),
        ]),
      );
    parts.push(this.section('Message', [bodyOf(detail)]));
    if (detail.isOfActor) parts.push(this.section('Code', []), this.section('Test', [this.testButton]));
    parts.push(
      this.section(`Caused by`, [
        causes.length > 0 ? this.lines(causes) : 'nothing in the recording: it came from outside, or from before',
      ]),
    );
    const more = effectCount > effects.length ? ` (the first ${effects.length})` : '';
    parts.push(this.section(`Led to ${effectCount || ''}${more}`, [effects.length > 0 ? this.lines(effects) : 'nothing']));
    if (detail.frame) parts.push(bytesOf(detail.frame));
    return parts;
  }

  /** Shows the state of its actor before and after the message, and its handler. Playing the run up to there takes a moment. */
  async showState(): Promise<void> {
    const box = this.sectionOf('State');
    if (!this.view.detail || !box) return;
    void this.showCode();
    await this.state.show(box);
  }

  /** Where the value that was clicked comes from. */
  async follow(): Promise<void> {
    if (this.sectionOf('State') || this.view.travels) await this.state.follow();
    else say('select a message that an actor has handled, and click a value of its state: Enter shows it');
  }

  private async showCode(): Promise<void> {
    const { detail } = this.view;
    if (!detail?.isOfActor) return;
    const parts = await codeOf(this.server, detail, () => this.openCode());
    const box = this.sectionOf('Code');
    if (this.view.detail !== detail || !box) return;
    box.removeAttribute('hidden');
    box.replaceChildren(element('h3', {}, ['Code']), ...parts);
  }

  /** Opens its handler, or where it ended, in the editor. */
  async openCode(): Promise<void> {
    const { detail } = this.view;
    if (!detail?.isOfActor) {
      this.note('select a message that an actor has handled: its handler is opened');
      return;
    }
    this.note('opening the editor …');
    try {
      const { place, problem } = await this.server.open(codeQuery(detail));
      this.note(problem || `${place} is opened in the editor`);
    } catch (error) {
      this.note(reasonOf(error));
    }
  }

  /** Beside the source, where that is shown. */
  private note(text: string): void {
    const place = document.getElementById('editor-said');
    if (place) place.textContent = text;
    else say(text);
  }

  /** Copies what happens at the message as a test. */
  async copyTest(): Promise<void> {
    const { detail } = this.view;
    const box = this.sectionOf('Test');
    if (!detail || !box) {
      say('select a message that an actor has handled: what it does is copied as a test');
      return;
    }
    const show = (...parts: readonly Node[]) => box.replaceChildren(element('h3', {}, ['Test']), ...parts);
    show(element('p', { class: 'faint', role: 'status' }, ['playing the recording up to here …']));
    try {
      const text = await this.server.played<string>('test', { number: detail.line.number });
      const isCopied = await copied(text);
      const told = isCopied
        ? 'The test is on the clipboard: paste it into a file NAME.test.ts.'
        : 'The browser gives no clipboard: copy the test from here.';
      const shown = element('details', isCopied ? {} : { open: '' }, [element('summary', {}, ['the test']), element('pre', {}, [text])]);
      show(element('p', { role: 'status' }, [told]), shown);
    } catch (error) {
      show(element('p', { class: 'faint', role: 'status' }, [reasonOf(error)]));
    }
  }

  private sectionOf(title: string): Element | null {
    return this.box.querySelector(`[aria-label=${title}]`);
  }

  private get stateButton(): HTMLElement {
    const button = element('button', { type: 'button' }, ['before and after, and its handler']);
    button.addEventListener('click', () => void this.showState());
    return button;
  }

  private get testButton(): HTMLElement {
    const button = element('button', { type: 'button' }, ['copy as a test (C)']);
    button.addEventListener('click', () => void this.copyTest());
    return button;
  }

  private section(title: string, children: readonly (Node | string)[]): HTMLElement {
    const made = element('section', { 'aria-label': title }, [element('h3', {}, [title]), ...children]);
    made.hidden = children.length === 0;
    return made;
  }

  private path(path: NonNullable<Detail['path']>): HTMLElement {
    const items = path.steps.map((step) => {
      const item = this.link(step.line, `${step.line.kind} → ${step.line.target}`);
      return element('li', {}, [item, element('span', { class: 'parts' }, [pathParts(step)])]);
    });
    return element('ol', { class: 'path' }, items);
  }

  private lines(lines: readonly Line[]): HTMLElement {
    const items = lines.map((line) => {
      const text = `${line.number ? `#${line.number} ` : ''}${line.source} → ${line.target} ${line.kind}`;
      return element('li', {}, [this.link(line, text), element('span', { class: 'parts' }, [line.body])]);
    });
    return element('ul', { class: 'lines' }, items);
  }

  private link({ row }: Line, text: string): HTMLElement {
    const link = element('button', { class: 'link', type: 'button' }, [text]);
    link.addEventListener('click', () => void this.steps.select(row));
    return link;
  }
}

const placed = (name: string, vm: string | null): string => (vm ? `${name} (${vm})` : name);

const at = (position: string): string[] => (position ? [` at ${position}`] : []);

const hint = (): HTMLElement =>
  element('p', { class: 'empty' }, ['Select a message: click on a bar or a line, or press J. Press ? for all keys.']);

function timesOf({ line, begunAt }: Detail): HTMLElement {
  const rows: (readonly [string, string])[] = [['sent', timeText(line.at)]];
  if (line.waited !== null) rows.push(['waited', durationText(line.waited)]);
  if (begunAt !== null) rows.push(['begun', timeText(begunAt)]);
  if (line.handling !== null) rows.push(['handled in', durationText(line.handling)]);
  if (line.bytes !== null) rows.push(['size', `${line.bytes} B`]);
  if (line.remark) rows.push(['but', line.remark]);
  return element(
    'dl',
    {},
    rows.flatMap(([name, value]) => [element('dt', {}, [name]), element('dd', {}, [value])]),
  );
}

function bodyOf({ body, frame }: Detail): HTMLElement {
  if (body === null) {
    const why = frame
      ? 'its bytes do not fit the schema of the recording'
      : 'not in the recording, which has the messages of ports alone: record with --trace frames to see all';
    return element('p', { class: 'faint' }, [why]);
  }
  return element('pre', { class: 'body' }, [JSON.stringify(body, readable, 2)]);
}

const readable = (_name: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return `<${value.length} bytes> ${hexOf(value.subarray(0, 16))}${value.length > 16 ? ' …' : ''}`;
  return typeof value === 'bigint' ? String(value) : value;
};

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

function bytesOf(frame: Uint8Array): HTMLElement {
  const lines: string[] = [];
  for (let offset = 0; offset < Math.min(frame.length, BYTES_SHOWN_MAX); offset += 16) {
    const bytes = frame.subarray(offset, offset + 16);
    const text = Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${offset.toString(16).padStart(4, '0')}  ${hexOf(bytes).padEnd(47)}  ${text}`);
  }
  if (frame.length > BYTES_SHOWN_MAX) lines.push(`… ${frame.length} bytes in all`);
  return element('details', {}, [
    element('summary', {}, [`Bytes (${frame.length})`]),
    element('pre', { class: 'bytes' }, [lines.join('\n')]),
  ]);
}
