// @ts-nocheck: AssemblyScript
/** The twin of ratings.ts, with a defect that is easily made: who ported it has forgotten the average of nothing. */
import { Actor, Reader, start } from 'tandem/guest';
import {
  dispatchRatings, RATINGS_ADDRESS, RATINGS_FOLLOWED_OWNERS, RATINGS_FOLLOWS, RATINGS_PUBLISHES, RatingsAverage,
  RatingsAverageReply, RatingsClear, RatingsHandlers, RatingsRate, RatingsState,
} from '../tandem/assembly/ratings';

class Ratings extends Actor<RatingsState> implements RatingsHandlers {
  private readonly state: RatingsState = new RatingsState();
  private readonly answer: RatingsAverageReply = new RatingsAverageReply();

  constructor() {
    super('ratings', RATINGS_ADDRESS, RATINGS_PUBLISHES, RATINGS_FOLLOWS, RATINGS_FOLLOWED_OWNERS);
  }

  dispatch(kind: u16, reader: Reader): bool {
    return dispatchRatings(this, kind, reader);
  }

  onRate(message: RatingsRate): void {
    this.state.sum += message.stars;
    this.state.count++;
  }

  onClear(message: RatingsClear): void {
    this.state.sum = 0;
    this.state.count = 0;
  }

  onAverage(message: RatingsAverage): void {
    this.answer.stars = this.state.sum / this.state.count;
    this.reply(this.requestToken, this.answer);
  }

  saveState(): RatingsState {
    return this.state;
  }

  loadState(state: RatingsState): void {
    this.state.sum = state.sum;
    this.state.count = state.count;
  }
}

start(new Ratings());
export * from 'tandem/guest/exports';
