/** `tandem doctor FILE`: what is wrong with a recording, and with the run in it. */

import { loadCast } from '../debugger/player/application.js';
import { type OpenFile, withFile } from '../debugger/player/recording-file.js';
import { tandemParties } from '../protocol/generated/index.js';
import type { PartySchema } from '../protocol/schema.js';
import { decodeFrame } from '../trace/decode.js';
import { judge } from '../trace/judge.js';
import { checkSummary } from '../trace/mcap/check.js';
import { messagesOf, type TracedMessage } from '../trace/messages.js';
import { RecordingError, type RecordingFacts, type RecordingSource } from '../trace/recording.js';
import { Schemas } from '../trace/schemas.js';
import { RunStatistics, type RunSummary } from '../trace/statistics.js';
import { EXIT, type ExitCode, type Invocation } from './command.js';
import { changeLines } from './judged.js';
import { fileOf, ReadableSteps } from './recording.js';
import { textOption } from './values.js';

export async function examineRecording(invocation: Invocation): Promise<ExitCode> {
  const path = fileOf(invocation, 'doctor');
  const present = await presentSchemas(invocation);
  return withFile(path, (opened) => examine(path, opened, present, invocation));
}

interface Problem {
  readonly what: 'truncated' | 'damaged' | 'missing' | 'unknown' | 'undecodable' | 'schema' | 'dead' | 'crash' | 'open';
  readonly text: string;
}

/** Schemas of today. */
interface Present {
  readonly of: 'application' | 'runtime';
  readonly parties: readonly PartySchema[];
}

/** @throws UsageError when the application that was named is none */
async function presentSchemas({ values, output }: Invocation): Promise<Present> {
  const app = textOption(values.app);
  try {
    const { application } = await loadCast(app);
    return { of: 'application', parties: application.parties as unknown as readonly PartySchema[] };
  } catch (error) {
    if (app !== undefined) throw error;
    output.note(`only the schemas of the runtime's own parties are compared: ${error instanceof Error ? error.message : error}`);
    return { of: 'runtime', parties: tandemParties };
  }
}

/** Examples that are named of each kind of problem: a person looks at the first. */
const EXAMPLES_MAX = 3;

async function examine(
  path: string,
  { file, recording }: OpenFile,
  present: Present,
  { json, output, signal }: Invocation,
): Promise<ExitCode> {
  const schemas = new Schemas(recording.facts.parties);
  const findings = new Findings(schemas);
  const statistics = new RunStatistics(schemas, recording.facts);
  const readable = new ReadableSteps(recording, (steps) => {
    for (const step of steps) statistics.addStep(step);
  });
  for await (const messages of messagesOf(readable)) {
    signal.throwIfAborted();
    for (const message of messages) {
      statistics.addMessage(message);
      findings.add(message);
    }
  }
  const { damage } = readable;
  const problems: Problem[] = [];
  if (recording.truncated)
    problems.push({ what: 'truncated', text: 'the file ends before its end: tandem recover makes a whole one of what is there' });
  const container = damage ? [damage.message] : await containerProblems(file);
  for (const text of container) problems.push({ what: 'damaged', text });
  problems.push(...ofSchemas(recording.facts, present), ...ofRun(statistics.summary()), ...findings.problems());
  if (json) output.line(JSON.stringify({ file: path, problems, schemasOf: present.of }));
  else for (const { what, text } of problems) output.line(`${what}: ${text}`);
  if (problems.length === 0 && !json) output.line(`${path}: nothing is wrong`);
  if (damage) return EXIT.failed;
  return problems.length > 0 ? EXIT.found : EXIT.fine;
}

async function containerProblems(source: RecordingSource): Promise<readonly string[]> {
  try {
    return await checkSummary(source);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    return [error.message];
  }
}

function ofSchemas({ parties }: RecordingFacts, present: Present): readonly Problem[] {
  const known = new Set(present.parties.map(({ name }) => name));
  const judged = present.of === 'application' ? parties : parties.filter(({ name }) => known.has(name));
  return changeLines(judge(judged, present.parties)).map((text) => ({ what: 'schema', text }));
}

function* ofRun({ missing, tooLarge, unknownKinds, traps }: RunSummary): Generator<Problem> {
  if (missing > 0)
    yield {
      what: 'missing',
      text: `at least ${missing} ${missing === 1 ? 'step is' : 'steps are'} missing: a flood, nobody collected them in time, or a chunk could not be recovered`,
    };
  for (const { party, bytes } of tooLarge)
    yield { what: 'missing', text: `the state of ${party}, ${bytes} bytes, was too large to be recorded: a replay cannot begin with it` };
  for (const kind of unknownKinds) yield { what: 'unknown', text: `the kind ${kind} is in none of its schemas` };
  if (traps > 0) yield { what: 'crash', text: `${traps} incarnations ended by a trap or hang` };
}

/** What single messages show, counted, with the first of each as examples. */
class Findings {
  private readonly found = new Map<Problem['what'], { count: number; readonly examples: string[] }>();

  constructor(private readonly schemas: Schemas) {}

  add(message: TracedMessage): void {
    const { outcome, code, frame } = message;
    if (outcome === 'rejected' || outcome === 'poisoned') this.note('dead', message, code ?? outcome);
    else if (outcome === 'open' && this.schemas.isActor(message.target)) this.note('open', message, 'not seen handled');
    if (!frame) return;
    try {
      decodeFrame(this.schemas, frame);
    } catch (error) {
      this.note('undecodable', message, error instanceof Error ? error.message : String(error));
    }
  }

  private note(what: Problem['what'], { source, sequence, target, kind }: TracedMessage, detail: string): void {
    const { schemas } = this;
    let entry = this.found.get(what);
    if (!entry) this.found.set(what, (entry = { count: 0, examples: [] }));
    entry.count++;
    if (entry.examples.length < EXAMPLES_MAX)
      entry.examples.push(
        `${schemas.kindName(kind)} ${sequence} of ${schemas.partyName(source)} to ${schemas.partyName(target)} (${detail})`,
      );
  }

  *problems(): Generator<Problem> {
    for (const [what, { count, examples }] of this.found)
      yield { what, text: `${count} ${TEXTS[what] ?? what}: ${examples.join('; ')}${count > examples.length ? '; …' : ''}` };
  }
}

const TEXTS: Partial<Record<Problem['what'], string>> = {
  dead: 'dead letters',
  open: 'messages that no actor was seen to handle',
  undecodable: 'frames that cannot be decoded',
};
