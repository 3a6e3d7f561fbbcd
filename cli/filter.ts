/** `tandem filter`: the messages of a recording that fit, in a recording of their own. */

import { type OpenFile, withFile } from '../debugger/player/recording-file.js';
import { openRecordingSink } from '../host-shim/node/recordings.js';
import { messagesOf } from '../trace/messages.js';
import { Recorder } from '../trace/recorder.js';
import { Schemas } from '../trace/schemas.js';
import type { TraceStep } from '../trace/step.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { filterOf } from './filter-option.js';
import { fileOf, outOf, ReadableSteps } from './recording.js';

const HELP = `tandem filter FILE --filter F --out OUT [--json]

Writes the messages that fit to a recording of their own, with restarts and packed files, without states. tandem cat --help has the
filter language. The new recording says how many steps were left out, and numbers its messages anew: to look at, not to replay.

  tandem filter run.mcap --filter 'party:focus' --out focus.mcap`;

export const filterCommand: Command = {
  name: 'filter',
  summary: 'the messages of a recording that fit, in a recording of their own',
  help: HELP,
  options: { filter: { type: 'string' }, out: { type: 'string' } },
  async run(invocation) {
    const path = fileOf(invocation, 'filter');
    const out = outOf(invocation, path, 'filter');
    const { filter: text } = invocation.values;
    if (typeof text !== 'string') throw new UsageError('tandem filter needs --filter F');
    return withFile(path, (opened) => filtered({ path, out, text }, opened, invocation));
  },
};

interface Task {
  readonly path: string;
  readonly out: string;
  readonly text: string;
}

/** Whether a step is part of a message. */
const isOfMessage = ({ type }: TraceStep): boolean => ['emitted', 'arrived', 'handled', 'rejected', 'poisoned'].includes(type);

/** With a state to begin from, an actor would be played on a part of its messages, and differ. */
function withoutState(step: TraceStep): TraceStep {
  if (step.type === 'snapshot') return { ...step, snapshot: null };
  return step.type === 'started' ? { ...step, begin: null } : step;
}

async function filtered({ path, out, text }: Task, { recording }: OpenFile, { json, output, signal }: Invocation): Promise<ExitCode> {
  const { facts } = recording;
  const fits = filterOf(text, new Schemas(facts.parties));
  const recorder = new Recorder(await openRecordingSink(out), facts);
  for (const file of await recording.packed()) recorder.attach(file);
  let [kept, left, missing] = [0, 0, 0];
  const readable = new ReadableSteps(recording, (steps) => {
    recorder.steps(steps.filter((step) => !isOfMessage(step)).map(withoutState));
  });
  for await (const messages of messagesOf(readable)) {
    signal.throwIfAborted();
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
  await recorder.close();
  const { damage } = readable;
  output.line(
    json
      ? JSON.stringify({ out, messages: kept, leftOut: left, damage: damage?.message ?? null })
      : `${out}: ${kept} messages, ${left} left out`,
  );
  if (damage) output.note(`${path}: ${damage.message}`);
  return damage ? EXIT.failed : EXIT.fine;
}
