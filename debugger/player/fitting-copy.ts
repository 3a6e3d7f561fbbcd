/** The messages of a recording that fit, in a recording of their own, with what happened besides. It is to look at, and not to replay. */
import type { MessageFilter } from '../../trace/filter.js';
import { messagesOf } from '../../trace/messages.js';
import { NOTES_FILE } from '../../trace/notes.js';
import type { Recorder } from '../../trace/recorder.js';
import type { Recording } from '../../trace/recording.js';
import type { TraceStep } from '../../trace/step.js';

/** What is copied: it may end before the end of its file. */
export type CopiedRecording = Pick<Recording, 'facts' | 'steps' | 'packed'>;

/** Whether a step is part of a message. */
const isOfMessage = ({ type }: TraceStep): boolean => ['emitted', 'arrived', 'handled', 'rejected', 'poisoned'].includes(type);

/** With a state to begin from, an actor would be played on a part of its messages, and differ. */
function withoutState(step: TraceStep): TraceStep {
  if (step.type === 'snapshot') return { ...step, snapshot: null };
  return step.type === 'started' ? { ...step, begin: null } : step;
}

/** Messages are numbered anew, so notes are left out. The recorder is not closed. @throws RecordingError; the reason of the signal */
export async function copyFitting(
  recording: CopiedRecording,
  recorder: Recorder,
  fits: MessageFilter,
  signal?: AbortSignal,
): Promise<{ readonly kept: number; readonly left: number }> {
  for (const file of await recording.packed()) if (file.name !== NOTES_FILE) recorder.attach(file);
  let [kept, left, missing] = [0, 0, 0];
  // Also what order and joining hold back.
  async function* steps() {
    for await (const steps of recording.steps()) {
      recorder.steps(steps.filter((step) => !isOfMessage(step)).map(withoutState));
      yield steps;
    }
  }
  for await (const messages of messagesOf({ facts: recording.facts, steps })) {
    signal?.throwIfAborted();
    for (const message of messages) {
      const steps = message.steps.filter(isOfMessage);
      if (fits(message)) {
        kept++;
        recorder.steps(steps);
      } else {
        left++;
        missing += steps.length;
      }
    }
    await recorder.settled();
  }
  if (missing > 0) recorder.lose(missing);
  return { kept, left };
}
