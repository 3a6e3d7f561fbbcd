/** `tandem filter`: the messages of a recording that fit, in a recording of their own. */

import { copyFitting } from '../debugger/player/fitting-copy.js';
import { type OpenFile, withFile } from '../debugger/player/recording-file.js';
import { openRecordingSink } from '../host-shim/node/recordings.js';
import { Recorder } from '../trace/recorder.js';
import { Schemas } from '../trace/schemas.js';
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

async function filtered({ path, out, text }: Task, { recording }: OpenFile, { json, output, signal }: Invocation): Promise<ExitCode> {
  const { facts } = recording;
  const fits = filterOf(text, new Schemas(facts.parties));
  const recorder = new Recorder(await openRecordingSink(out), facts);
  const readable = new ReadableSteps(recording);
  const whole = { facts, steps: () => readable.steps(), packed: () => recording.packed() };
  const { kept, left } = await copyFitting(whole, recorder, fits, signal);
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
