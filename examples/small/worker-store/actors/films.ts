/** A hundred thousand films, searched in a worker. */
import { Actor, actor, type Handlers, list, type Message, message, publication, type State, str, struct, u32 } from 'tandem/actor';

const COUNT = 100_000;
const SHOWN = 4;
const FIRST = ['Golden', 'Silent', 'Last', 'Northern', 'Hidden', 'Paper', 'Burning', 'Second'];
const SECOND = ['Winter', 'Harbour', 'Letter', 'Garden', 'River', 'Train', 'Mountain', 'Summer', 'Street'];

const titleOf = (number: number): string =>
  `${FIRST[number % FIRST.length]} ${SECOND[(number * 7) % SECOND.length]} ${Math.floor(number / 72)}`;

export const films = actor({
  name: 'films',
  state: struct('FilmsState', { text: str() }),
  receives: { search: message({ fields: { text: str() } }) },
  publishes: { found: publication({ fields: { text: str(), count: u32, first: list(str(), SHOWN) } }) },
});

export class Films extends Actor<typeof films> implements Handlers<typeof films> {
  private text = '';
  private readonly titles = Array.from({ length: COUNT }, (_, number) => titleOf(number));

  constructor() {
    super(films);
  }

  onSearch({ text }: Message<typeof films, 'search'>): void {
    this.text = text;
    const words = text.toLowerCase().split(' ');
    const found = this.titles.filter((title) => words.every((word) => title.toLowerCase().includes(word)));
    this.publish(films.publishes.found, { text, count: found.length, first: found.slice(0, SHOWN) });
  }

  snapshot(): State<typeof films> {
    return { text: this.text };
  }

  restore({ text }: State<typeof films>): void {
    this.text = text;
  }
}
