/** `tandem recover`: what is whole of a truncated or damaged recording, in a recording that is whole. */

import { type OpenFile, withFile } from '../debugger/player/recording-file.js';
import { openRecordingSink } from '../host-shim/node/recordings.js';
import type { OpenRecording } from '../trace/open.js';
import { Recorder } from '../trace/recorder.js';
import { RecordingError } from '../trace/recording.js';
import { type Command, EXIT, type ExitCode, type Invocation } from './command.js';
import { fileOf, outOf } from './recording.js';

const HELP = `tandem recover FILE --out OUT [--json]

Writes what is whole of a truncated or damaged recording to one that is whole: every chunk that can be read, also after one
that cannot. The new recording says where a chunk is missing, as at least one step: how many it had cannot be known. Exit code 1 when
something was lost.

  tandem recover killed.mcap --out run.mcap`;

export const recoverCommand: Command = {
  name: 'recover',
  summary: 'what is whole of a truncated or damaged recording',
  help: HELP,
  options: { out: { type: 'string' } },
  async run(invocation) {
    const path = fileOf(invocation, 'recover');
    const out = outOf(invocation, path, 'recover');
    return withFile(path, (opened) => recovered(path, out, opened, invocation));
  },
};

async function recovered(path: string, out: string, { recording }: OpenFile, { json, output, signal }: Invocation): Promise<ExitCode> {
  const recorder = new Recorder(await openRecordingSink(out), recording.facts);
  await attachAll(recording, recorder, output);
  const cursor = recording.cursor();
  const problems: string[] = [];
  let [steps, offset] = [0, -1];
  for (;;) {
    signal.throwIfAborted();
    try {
      const next = await cursor.next();
      if (!next) break;
      recorder.steps(next);
      steps += next.length;
      await recorder.settled();
    } catch (error) {
      // The same place again: no next chunk can be found.
      if (!(error instanceof RecordingError) || error.offset === offset) {
        if (error instanceof RecordingError) break;
        throw error;
      }
      offset = error.offset;
      problems.push(error.message);
      output.note(`${path}: ${error.message}`);
      recorder.lose(1);
    }
  }
  await recorder.close();
  if (recording.truncated) output.note(`${path} is truncated: what came after its last whole chunk is lost`);
  const lost = problems.length > 0 ? `; at least ${problems.length} lost, one for each chunk that cannot be read` : '';
  const answer = { out, steps, lostAtLeast: problems.length, truncated: recording.truncated, problems };
  output.line(json ? JSON.stringify(answer) : `${out}: ${steps} steps${lost}`);
  return recording.truncated || problems.length > 0 ? EXIT.found : EXIT.fine;
}

async function attachAll(recording: OpenRecording, recorder: Recorder, output: Invocation['output']): Promise<void> {
  try {
    for (const file of await recording.packed()) recorder.attach(file);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    output.note(`packed files are left out: ${error.message}`);
  }
}
