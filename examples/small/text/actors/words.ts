/** Counts the words of what it is given. */
import { Actor, actor, type Handlers, list, type Message, message, publication, type State, str, struct, u32 } from 'tandem/actor';

export const WORDS_MAX = 200;
const counts = list(struct('WordCount', { word: str(40), count: u32 }), WORDS_MAX);

export const words = actor({
  name: 'words',
  state: struct('WordsState', { counts }),
  receives: { read: message({ fields: { text: str() } }) },
  publishes: { counted: publication({ fields: { counts } }) },
});

export class Words extends Actor<typeof words> implements Handlers<typeof words> {
  private counts: State<typeof words>['counts'] = [];

  constructor() {
    super(words);
  }

  onRead({ text }: Message<typeof words, 'read'>): void {
    for (const word of text.split(' ')) if (word.length > 0) this.countWord(word);
    this.publish(words.publishes.counted, { counts: this.counts });
  }

  snapshot(): State<typeof words> {
    return { counts: this.counts };
  }

  restore({ counts }: State<typeof words>): void {
    this.counts = counts;
  }

  private countWord(word: string): void {
    const known = this.counts.find((one) => one.word === word);
    if (known) known.count++;
    else if (this.counts.length < WORDS_MAX) this.counts.push({ word, count: 1 });
  }
}
