/** `tandem export`: a recording, or a part of it, in the format of another tool. */
import { open } from 'node:fs/promises';
import { type OpenFile, withFile } from '../debugger/player/recording-file.js';
import { Bodies } from '../trace/bodies.js';
import { ChromeExporter } from '../trace/export/chrome.js';
import type { Exporter, Vocabulary } from '../trace/export/exporter.js';
import { MermaidExporter } from '../trace/export/mermaid.js';
import { NdjsonExporter } from '../trace/export/ndjson.js';
import { OtlpExporter } from '../trace/export/otlp.js';
import { exportRun, type Selection } from '../trace/export/run.js';
import type { MessageFilter } from '../trace/filter.js';
import type { TracedMessage } from '../trace/messages.js';
import { inOrder } from '../trace/order.js';
import type { RecordingFacts } from '../trace/recording.js';
import { Schemas } from '../trace/schemas.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { filterOf } from './filter-option.js';
import { fileOf, outOf, ReadableSteps } from './recording.js';
import { textOption, wholeNumber } from './values.js';

const HELP = `tandem export FILE --format chrome|mermaid|otlp|ndjson --out OUT [--filter F] [--from N] [--to N]

A recording in the format of another tool:
  chrome    trace events: for the Performance panel of Chrome's DevTools ("Load profile"), and for ui.perfetto.dev
  mermaid   a sequence diagram
  otlp      OpenTelemetry spans: each line is the body of a POST to /v1/traces, the whole what otlpjsonfile reads
  ndjson    a line of JSON for each message, and for each thing that happened besides

  --out OUT      file that is written
  --filter F     only messages that fit; tandem cat --help has the language
  --from N       first and last message, by their numbers
  --to N
  --limit N      mermaid: messages at most (200)
  --marks KINDS  chrome: each message of these is a mark, with commas between (display.displayList: the pictures)
  --service S    otlp: service.name of the spans (tandem)
  --json         says what was written: messages, arrows or spans, bytes

  tandem export run.mcap --format chrome --out trace.json`;

const MERMAID_MESSAGES = 200;

const INPUTS_ONLY =
  'it is a recording of inputs: what actors sent each other is in it without bodies, and without who caused it; --trace frames records all';

export const exportCommand: Command = {
  name: 'export',
  summary: 'a recording for DevTools, Perfetto, Mermaid, OpenTelemetry, or as lines of JSON',
  help: HELP,
  options: {
    format: { type: 'string' },
    out: { type: 'string' },
    filter: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    limit: { type: 'string' },
    marks: { type: 'string' },
    service: { type: 'string' },
  },
  async run(invocation) {
    const path = fileOf(invocation, 'export');
    const format = textOption(invocation.values.format) ?? '';
    if (!Object.hasOwn(FORMATS, format))
      throw new UsageError(`--format is ${Object.keys(FORMATS).join(', ')}${format && `, not ${format}`}`);
    const out = outOf(invocation, path, 'export');
    return withFile(path, (opened) => exported({ path, out, make: FORMATS[format] }, opened, invocation));
  },
};

type Make = (words: Vocabulary, facts: RecordingFacts, invocation: Invocation) => Exporter;

const FORMATS: Readonly<Record<string, Make>> = {
  chrome: (words, _, { values }) => new ChromeExporter(words, { marks: (textOption(values.marks) ?? 'display.displayList').split(',') }),
  mermaid: (words, _, { values }) => new MermaidExporter(words, { limit: wholeNumber('limit', values.limit) ?? MERMAID_MESSAGES }),
  otlp: (words, { version }, { values }) =>
    new OtlpExporter(words, { resource: { 'service.name': textOption(values.service) ?? 'tandem' }, version }),
  ndjson: (words) => new NdjsonExporter(words),
};

/** What was asked for, and how much that was. */
class Counted implements Selection {
  readonly from: number;
  readonly to: number;
  messages = 0;
  private readonly fits: MessageFilter;

  /** @throws UsageError */
  constructor({ values }: Invocation, schemas: Schemas) {
    this.from = wholeNumber('from', values.from) ?? 1;
    this.to = wholeNumber('to', values.to) ?? Number.POSITIVE_INFINITY;
    this.fits = filterOf(textOption(values.filter) ?? '', schemas);
  }

  readonly accepts = (message: TracedMessage): boolean => {
    const fits = this.fits(message);
    if (fits) this.messages++;
    return fits;
  };
}

interface Task {
  readonly path: string;
  readonly out: string;
  readonly make: Make;
}

async function exported({ path, out, make }: Task, { recording }: OpenFile, invocation: Invocation): Promise<ExitCode> {
  const { facts } = recording;
  const schemas = new Schemas(facts.parties);
  const selection = new Counted(invocation, schemas);
  const exporter = make({ schemas, bodies: new Bodies(schemas) }, facts, invocation);
  const readable = new ReadableSteps(recording);
  const bytes = await write(out, exportRun(inOrder(readable), exporter, selection), invocation.signal);
  const { output } = invocation;
  const counts = { messages: selection.messages, ...countsOf(exporter), bytes };
  if (invocation.json) output.line(JSON.stringify({ ...counts, out }));
  else
    output.note(
      `${out}: ${Object.entries(counts)
        .map(([name, count]) => `${count} ${name}`)
        .join(', ')}`,
    );
  if (facts.level === 'inputs') output.note(INPUTS_ONLY);
  if (readable.damage) output.note(`${path}: ${readable.damage.message}`);
  else if (recording.truncated) output.note(`${path} is truncated: that was all up to its last whole chunk`);
  return readable.damage ? EXIT.failed : EXIT.fine;
}

/** @returns bytes written @throws Error that names the file, or the reason of the signal */
async function write(out: string, pieces: AsyncIterable<string>, signal: AbortSignal): Promise<number> {
  const file = await open(out, 'w').catch((cause) => {
    throw new Error(`${out} cannot be written: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  let written = 0;
  try {
    for await (const text of pieces) {
      signal.throwIfAborted();
      const bytes = Buffer.from(text);
      await file.writeFile(bytes);
      written += bytes.length;
    }
    return written;
  } finally {
    await file.close();
  }
}

function countsOf(exporter: Exporter): object {
  if (exporter instanceof ChromeExporter) return { arrows: exporter.arrows };
  return exporter instanceof OtlpExporter ? { spans: exporter.spans } : {};
}
