/** A title, which others may change, too. */
import { Actor, actor, type Handlers, type Message, message, publication, type State, str, struct } from 'tandem/actor';

export const title = actor({
  name: 'title',
  state: struct('TitleState', { text: str(60) }),
  receives: { write: message({ fields: { text: str(60) } }) },
  publishes: { written: publication({ fields: { text: str(60) } }) },
});

export class Title extends Actor<typeof title> implements Handlers<typeof title> {
  private text = '';

  constructor() {
    super(title);
  }

  onWrite({ text }: Message<typeof title, 'write'>): void {
    this.text = text;
    this.publish(title.publishes.written, { text });
  }

  snapshot(): State<typeof title> {
    return { text: this.text };
  }

  restore({ text }: State<typeof title>): void {
    this.text = text;
  }
}
