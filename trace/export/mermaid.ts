/**
 * A sequence diagram for Mermaid: who says what to whom, in order. A diagram of more than some hundred messages is no picture, so it has a limit,
 * and its last line says when there was more.
 */
import type { Address } from '../../protocol/names.js';
import type { TracedMessage } from '../messages.js';
import { shortText } from '../text.js';
import type { Event, Exporter, Vocabulary } from './exporter.js';

/** Characters of a body beside an arrow. */
const BODY_LENGTH_MAX = 60;

/** What of a message is drawn. */
export type DrawnMessage = Pick<TracedMessage, 'outcome' | 'source' | 'target' | 'kind' | 'frame'>;

export interface MermaidOptions {
  /** Messages at most. */
  readonly limit: number;
}

export class MermaidExporter implements Exporter {
  private readonly parties = new Set<Address>();
  private messages = 0;
  private leftOut = 0;

  constructor(
    private readonly words: Vocabulary,
    private readonly options: MermaidOptions,
  ) {}

  begin(): string {
    return 'sequenceDiagram\n';
  }

  message(message: DrawnMessage): string {
    if (message.outcome !== 'handled') return '';
    if (this.messages === this.options.limit) {
      this.leftOut++;
      return '';
    }
    this.messages++;
    const { source, target, kind } = message;
    const body = this.words.bodies.of(message);
    const text = escaped(this.words.schemas.kindName(kind) + (body ? ` ${shortText(body, BODY_LENGTH_MAX)}` : ''));
    return `${this.introduced(source, target)}  p${source}${this.arrowOf(kind)}p${target}: ${text}\n`;
  }

  event(event: Event): string {
    if (this.leftOut > 0) return '';
    if (event.type === 'ended') return this.note(event.party, `ended: ${[event.reason || 'stopped', event.position].join(' ').trim()}`);
    if (event.type === 'started' && event.epoch > 1) return this.note(event.party, `incarnation ${event.epoch}`);
    if (event.type === 'moved') return this.note(event.party, `${event.step} in ${event.vm}`);
    if (event.type === 'rejected') return this.note(event.target, `dead letter ${this.words.schemas.kindName(event.kind)}: ${event.code}`);
    if (event.type === 'poisoned') return this.note(event.target, `poison ${this.words.schemas.kindName(event.kind)}`);
    return '';
  }

  end(): string {
    const [first] = this.parties;
    return this.leftOut > 0 && first !== undefined ? this.note(first, `and ${this.leftOut} messages more`) : '';
  }

  /** A reply is dotted, a publication has an open head. */
  private arrowOf(kind: number): string {
    const role = this.words.schemas.kind(kind)?.role;
    if (role === 'reply') return '-->>';
    return role === 'publication' ? '-)' : '->>';
  }

  private note(party: Address, text: string): string {
    return `${this.introduced(party)}  Note over p${party}: ${escaped(text)}\n`;
  }

  /** Lines that give parties their names. */
  private introduced(...parties: readonly Address[]): string {
    let lines = '';
    for (const party of parties) {
      if (this.parties.has(party)) continue;
      this.parties.add(party);
      lines += `  participant p${party} as ${escaped(this.words.schemas.partyName(party))}\n`;
    }
    return lines;
  }
}

/** What ends a line, begins a comment, or an entity, is written as an entity; nothing is markup. */
const escaped = (text: string): string => text.replace(/[#;%<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `#${sign.codePointAt(0)};`);
