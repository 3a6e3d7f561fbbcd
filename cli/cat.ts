/** `tandem cat`: the messages of a recording, decoded, a line each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jsonText } from '../debugger/player/json-text.js';
import { type OpenFile, withFile } from '../debugger/player/recording-file.js';
import { Bodies } from '../trace/bodies.js';
import type { MessageFilter } from '../trace/filter.js';
import { lineOf } from '../trace/line.js';
import { messageObject } from '../trace/message-object.js';
import { joinMessages, messagesOf, type TracedMessage } from '../trace/messages.js';
import type { OpenRecording } from '../trace/open.js';
import { inOrder } from '../trace/order.js';
import { Schemas } from '../trace/schemas.js';
import type { TraceStep } from '../trace/step.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { filterOf } from './filter-option.js';
import { fileOf, ReadableSteps } from './recording.js';
import { wholeNumber } from './values.js';

const HELP = `tandem cat FILE [--filter F] [--limit N] [--follow] [--for SECONDS] [--json]

The messages of a recording, decoded, one on each line: number, time, source and target, kind, bytes, how long it waited and
was handled, body. A message that no actor has handled, or not for the first time, has no number.

  --filter F     only those that fit: from: to: party: kind: vm: lane: wait>4ms handle>1ms size>100 number=7 trap dead
                 body.path=value; side by side all must hold; or, not, parentheses
  --limit N      at most so many
  --follow       goes on while the file is being written, until --limit messages or --for SECONDS are over: one is needed
  --json         one object on each line

  tandem cat run.mcap --filter 'to:focus kind:focus.key wait>4ms' --limit 20`;

/** How often a file that is followed is looked at. */
const FOLLOW_MS = 100;

export const catCommand: Command = {
  name: 'cat',
  summary: 'the messages of a recording, decoded, a line each',
  help: HELP,
  options: { filter: { type: 'string' }, limit: { type: 'string' }, follow: { type: 'boolean' }, for: { type: 'string' } },
  async run(invocation) {
    const path = fileOf(invocation, 'cat');
    const limit = wholeNumber('limit', invocation.values.limit);
    const seconds = wholeNumber('for', invocation.values.for);
    const follow = invocation.values.follow === true;
    if (follow && limit === undefined && seconds === undefined) throw new UsageError('--follow needs --limit N or --for SECONDS');
    if (seconds !== undefined && !follow) throw new UsageError('--for goes with --follow');
    return withFile(path, (opened) => {
      const printer = new Printer(opened.recording, invocation, limit ?? Number.POSITIVE_INFINITY);
      return follow ? followed(opened, printer, invocation, seconds) : whole(path, opened, printer, invocation);
    });
  },
};

/** Prints messages that fit, up to the limit. */
class Printer {
  private readonly schemas: Schemas;
  private readonly fits: MessageFilter;
  private readonly bodies: Bodies;

  /** @throws FilterError */
  constructor(
    { facts }: OpenRecording,
    private readonly invocation: Invocation,
    private left: number,
  ) {
    const { filter } = invocation.values;
    this.schemas = new Schemas(facts.parties);
    this.fits = filterOf(typeof filter === 'string' ? filter : '', this.schemas);
    this.bodies = new Bodies(this.schemas);
  }

  /** @returns whether more is wanted */
  print(messages: readonly TracedMessage[]): boolean {
    const { json, output, signal } = this.invocation;
    for (const message of messages) {
      if (this.left === 0 || signal.aborted) return false;
      if (!this.fits(message)) continue;
      this.left--;
      output.line(json ? jsonText(messageObject(message, this.schemas, this.bodies)) : this.line(message));
    }
    return this.left > 0 && !signal.aborted;
  }

  private line(message: TracedMessage): string {
    return `${message.number || '-'} ${lineOf(message, this.schemas, this.bodies)}`;
  }
}

async function whole(path: string, { recording }: OpenFile, printer: Printer, { output }: Invocation): Promise<ExitCode> {
  const readable = new ReadableSteps(recording);
  for await (const messages of messagesOf(readable)) if (!printer.print(messages)) return EXIT.fine;
  if (readable.damage) output.note(`${path}: ${readable.damage.message}`);
  else if (recording.truncated) output.note(`${path} is truncated: that was all up to its last whole chunk`);
  return readable.damage ? EXIT.failed : EXIT.fine;
}

/** Until the limit, the end of the time, or the end of the recording. */
async function followed(
  { file, recording }: OpenFile,
  printer: Printer,
  { signal }: Invocation,
  seconds: number | undefined,
): Promise<ExitCode> {
  const cursor = recording.cursor();
  const until = performance.now() + (seconds ?? Number.POSITIVE_INFINITY) * 1000;
  async function* steps(): AsyncGenerator<readonly TraceStep[]> {
    while (!signal.aborted && performance.now() < until) {
      const next = await cursor.next();
      if (next) yield next;
      else if (cursor.ended) return;
      else await sleep(FOLLOW_MS, undefined, { signal }).catch(() => {});
      await file.refresh();
    }
  }
  for await (const messages of joinMessages(inOrder({ facts: recording.facts, steps }))) if (!printer.print(messages)) break;
  return EXIT.fine;
}
