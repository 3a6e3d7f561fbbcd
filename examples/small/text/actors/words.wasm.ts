// @ts-nocheck: AssemblyScript
/**
 * The twin of words.ts. A `Text` of a message points into the frame: its `text` is a string that can be kept. A `List` keeps
 * its items when it is cleared, and uses them again.
 */
import { Actor, Reader, start } from 'tandem/guest';
import {
  dispatchWords, WordCount, WORDS_ADDRESS, WORDS_FOLLOWED_OWNERS, WORDS_FOLLOWS, WORDS_MAX, WORDS_PUBLISHES, WordsCounted,
  WordsHandlers, WordsRead, WordsState,
} from '../tandem/assembly/words';

class Words extends Actor<WordsState> implements WordsHandlers {
  private readonly state: WordsState = new WordsState();
  private readonly counted: WordsCounted = new WordsCounted();

  constructor() {
    super('words', WORDS_ADDRESS, WORDS_PUBLISHES, WORDS_FOLLOWS, WORDS_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchWords(this, kind, reader);
  }

  onRead(message: WordsRead): void {
    const words = message.text.text.split(' ');
    for (let i = 0; i < words.length; i++) if (words[i].length > 0) this.countWord(words[i]);
    const counts = this.counted.counts;
    counts.clear();
    for (let i = 0; i < this.state.counts.length; i++) copy(this.state.counts[i], counts.add());
    this.publish(this.counted);
  }

  saveState(): WordsState {
    return this.state;
  }

  loadState(state: WordsState): void {
    this.state.counts.clear();
    for (let i = 0; i < state.counts.length; i++) copy(state.counts[i], this.state.counts.add());
  }

  private countWord(word: string): void {
    const counts = this.state.counts;
    for (let i = 0; i < counts.length; i++) {
      if (counts[i].word.text != word) continue;
      counts[i].count++;
      return;
    }
    if (counts.length >= <i32>WORDS_MAX) return;
    const added = counts.add();
    added.word.text = word;
    added.count = 1;
  }
}

function copy(from: WordCount, to: WordCount): void {
  to.word.text = from.word.text;
  to.count = from.count;
}

start(new Words());
export * from 'tandem/guest/exports';
