/** Reads numbers and adds them up. It has a defect: it throws when a text is no number. */
import { Actor, actor, f64, type Handlers, type Message, message, publication, type State, str, struct } from 'tandem/actor';

export const parser = actor({
  name: 'parser',
  state: struct('ParserState', { sum: f64 }),
  receives: { read: message({ fields: { text: str() } }) },
  publishes: { changed: publication({ fields: { sum: f64 } }) },
});

export class Parser extends Actor<typeof parser> implements Handlers<typeof parser> {
  private sum = 0;

  constructor() {
    super(parser);
  }

  onRead({ text }: Message<typeof parser, 'read'>): void {
    this.sum += JSON.parse(text) as number;
    this.publish(parser.publishes.changed, { sum: this.sum });
  }

  snapshot(): State<typeof parser> {
    return { sum: this.sum };
  }

  restore({ sum }: State<typeof parser>): void {
    this.sum = sum;
  }
}
