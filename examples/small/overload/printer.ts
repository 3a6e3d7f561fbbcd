/** A printer, which prints pages and counts them. */
import { Actor, actor, type Handlers, type Message, message, request, type State, str, struct, u32 } from 'tandem/actor';

export const printer = actor({
  name: 'printer',
  state: struct('PrinterState', { pages: u32 }),
  receives: {
    print: message({ fields: { text: str() } }),
    pages: request({ fields: {}, reply: { fields: { pages: u32 } } }),
  },
});

export class Printer extends Actor<typeof printer> implements Handlers<typeof printer> {
  private pages = 0;

  constructor() {
    super(printer);
  }

  onPrint(_page: Message<typeof printer, 'print'>): void {
    this.pages++;
  }

  onPages(): void {
    this.reply(this.requestToken, printer.receives.pages, { pages: this.pages });
  }

  snapshot(): State<typeof printer> {
    return { pages: this.pages };
  }

  restore({ pages }: State<typeof printer>): void {
    this.pages = pages;
  }
}
