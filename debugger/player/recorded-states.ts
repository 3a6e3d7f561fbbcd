/** States of the actors of a recording, found by playing it again. */
import type { Cast } from '../../host-shim/replay/cast.js';
import { replay } from '../../host-shim/replay/replay.js';
import { withRecording } from './recording-file.js';

export interface StateChange {
  readonly actor: string;
  /** Decoded, as the application shows it. Null where it is not known: before the first message, or where steps are missing. */
  readonly before: unknown;
  readonly after: unknown;
}

export class RecordedStates {
  constructor(
    private readonly path: string,
    private readonly cast: Cast,
  ) {}

  /**
   * What the handling of a message has changed.
   * @param number of the message
   * @throws Error when the recording has no such message, RecordingError, CastError
   */
  async at(number: number, actor: string): Promise<StateChange> {
    const before = number > 1 ? await this.after(number - 1, actor) : null;
    return { actor, before, after: await this.after(number, actor) };
  }

  private after(until: number, actor: string): Promise<unknown> {
    return withRecording(this.path, async (recording) => {
      const { states, reached } = await replay(recording, this.cast, { until, actor });
      if (reached < until) throw new Error(`the recording has no message ${until} that could be played`);
      return states?.[actor] ?? null;
    });
  }
}
