/**
 * Climbs the ladder: brings the engines that are not here, one after the other, and meanwhile sends the others on their journey. The reference goes first, since the
 * others have to show what it shows.
 */
import { LADDER, REFERENCE, type Rung } from './ladder.js';
import { type Climbed, climb, notClimbed, type Ways } from './rung.js';
import { Slots } from './slots.js';

/** How long it may take to bring one engine: some are 60 MB. */
const BRING_MS_MAX = 180_000;

export interface ClimbingOptions extends Ways {
  readonly rungs: readonly Rung[];
  /** Journeys at the same time. With more than one, times say nothing. */
  readonly atOnce: number;
  /** Rungs that have not begun by then are left out, and say so. */
  readonly withinMs: number;
  /** A rung has run, or will not. */
  readonly onClimbed: (climbed: Climbed) => void;
}

export class Climbing {
  private readonly slots: Slots;
  private readonly over: AbortSignal;
  private bringing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ClimbingOptions) {
    this.slots = new Slots(options.atOnce);
    const { withinMs } = options;
    this.over = withinMs === Number.POSITIVE_INFINITY ? new AbortController().signal : AbortSignal.timeout(withinMs);
  }

  async climb(): Promise<readonly Climbed[]> {
    const { rungs, query, onClimbed } = this.options;
    const first = LADDER.find(({ name }) => name === REFERENCE)!;
    const programs = new Map([first, ...rungs].map((rung) => [rung, this.programOf(rung)]));
    const reference = await this.one(first, programs.get(first)!, { ...this.options, query: '' }, null);
    return Promise.all(
      rungs.map(async (rung) => {
        const isReference = rung === first && query === '';
        const climbed = isReference ? reference : await this.one(rung, programs.get(rung)!, this.options, reference);
        onClimbed(climbed);
        return climbed;
      }),
    );
  }

  /** @returns why it cannot be had as an error, and never rejects */
  private programOf({ source }: Rung): Promise<string | Error> {
    const found = source.find();
    if (found) return Promise.resolve(found);
    const brought = this.bringing.then(() => source.bring(AbortSignal.any([this.over, AbortSignal.timeout(BRING_MS_MAX)])));
    const settled = brought.catch((error: Error) => error);
    this.bringing = settled;
    return settled;
  }

  private async one(rung: Rung, coming: Promise<string | Error>, ways: Ways, reference: Climbed | null): Promise<Climbed> {
    const program = await coming;
    if (program instanceof Error) return notClimbed(rung, program.message);
    return this.slots.use(async () => {
      if (this.over.aborted) return notClimbed(rung, `its turn had not come within ${this.options.withinMs / 1000} s`);
      return climb(rung, program, ways, reference);
    });
  }
}
