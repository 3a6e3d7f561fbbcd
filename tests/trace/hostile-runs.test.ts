/** Recordings of a real run that somebody altered go through everything that reads recordings: no crash, no hang, and errors that are typed. */
import { expect, test } from 'vitest';
import { Random } from '../../bus/random.js';
import { load } from '../../host-shim/node/load.js';
import { bisect, Cast, CastError, replay, why } from '../../host-shim/replay/index.js';
import { LENGTH_BYTES, writeFrameLength } from '../../protocol/frame.js';
import { Bodies } from '../../trace/bodies.js';
import { ChromeExporter } from '../../trace/export/chrome.js';
import { MermaidExporter } from '../../trace/export/mermaid.js';
import { NdjsonExporter } from '../../trace/export/ndjson.js';
import { OtlpExporter } from '../../trace/export/otlp.js';
import { exportRun } from '../../trace/export/run.js';
import { compileFilter } from '../../trace/filter.js';
import { lineOf } from '../../trace/line.js';
import { MemoryFile } from '../../trace/memory-file.js';
import { messagesOf } from '../../trace/messages.js';
import { openRecording } from '../../trace/open.js';
import { inOrder } from '../../trace/order.js';
import { Recorder } from '../../trace/recorder.js';
import { type Recording, RecordingError } from '../../trace/recording.js';
import { Schemas } from '../../trace/schemas.js';
import { RunStatistics } from '../../trace/statistics.js';
import type { TraceStep } from '../../trace/step.js';
import { PathError } from '../../trace/values.js';
import { application } from '../replay/applications/bank.js';
import { depositTwenty, recordBank } from '../replay/recorded-bank.js';

const SEED = Number(process.env.TANDEM_SEED ?? 1);
const RUNS = 100;

const cast = new Cast(application, load);
const TYPED = [RecordingError, CastError, PathError];

const NUMBERS = [0, 1, 2, 70, 71, 72, 0x5001, 0xffff, 2 ** 32, Number.MAX_SAFE_INTEGER];
const NUMERIC = ['source', 'target', 'kind', 'party'] as const;
const LARGE = ['sequence', 'epoch', 'at', 'sentAt', 'endedAt', 'missing', 'bytes', 'tooLarge'] as const;

/** The steps as another file may have them: what the reader lets through is any number, any order, any bytes. */
class Vandal {
  constructor(private readonly random: Random) {}

  private one<T>(choices: readonly T[]): T {
    return choices[this.random.integer(choices.length)];
  }

  alter(steps: readonly TraceStep[]): TraceStep[] {
    const altered = steps.slice();
    for (let count = 1 + this.random.integer(12); count > 0; count--) {
      const place = this.random.integer(altered.length);
      const what = this.random.integer(8);
      const states = altered.flatMap(({ type }, index) => (type === 'snapshot' || type === 'started' ? [index] : []));
      if (what > 5 && states.length > 0) altered[this.one(states)] = this.alterState(altered[this.one(states)]);
      else if (what === 0) altered.splice(place, 1 + this.random.integer(4));
      else if (what === 1) altered.splice(place, 0, this.one(altered));
      else if (what === 2) altered.splice(place, 0, ...altered.splice(this.random.integer(altered.length), 3));
      else if (altered[place]) altered[place] = this.alterOne(altered[place]);
    }
    return altered;
  }

  private alterState(step: TraceStep): TraceStep {
    if (step.type === 'snapshot' && step.snapshot) return { ...step, snapshot: this.bytes(step.snapshot) };
    if (step.type === 'started' && step.begin)
      return { ...step, begin: { ...step.begin, snapshot: Uint8Array.of(0xc1, this.random.integer(256)) } };
    return step;
  }

  private alterOne(step: TraceStep): TraceStep {
    const altered: Record<string, unknown> = { ...step };
    const names = [...NUMERIC, ...LARGE].filter((name) => typeof altered[name] === 'number');
    const bytes = ['frame'].filter((name) => altered[name] instanceof Uint8Array);
    if (bytes.length > 0 && this.random.chance(0.5))
      altered[bytes[0]] = this[step.type === 'rejected' ? 'bytes' : 'frame'](altered[bytes[0]] as Uint8Array);
    else if (names.length > 0) {
      const name = this.one(names);
      altered[name] = (NUMERIC as readonly string[]).includes(name) ? this.one(NUMBERS) & 0xffff : this.one(NUMBERS);
    }
    if ('cause' in step && this.random.chance(0.3)) altered.cause = { source: step.source, sequence: step.sequence };
    return altered as unknown as TraceStep;
  }

  /** The reader itself writes the length. */
  private frame(bytes: Uint8Array): Uint8Array {
    const altered = this.bytes(bytes);
    const frame = altered.length < LENGTH_BYTES ? bytes.slice(0, LENGTH_BYTES) : altered;
    writeFrameLength(frame, 0, frame.length);
    return frame;
  }

  private bytes(bytes: Uint8Array): Uint8Array {
    if (this.random.chance(0.2)) return bytes.slice().fill(0xc1);
    const altered = bytes.slice(0, this.random.chance(0.3) ? this.random.integer(bytes.length + 1) : bytes.length);
    for (let i = 0; i < 3 && altered.length > 0; i++) altered[this.random.integer(altered.length)] = this.random.integer(256);
    return altered;
  }
}

const everything = { from: 1, to: Number.POSITIVE_INFINITY, accepts: () => true };
const uses: Readonly<Record<string, (recording: Recording) => Promise<unknown>>> = {
  cat: async (recording) => {
    const schemas = new Schemas(recording.facts.parties);
    const bodies = new Bodies(schemas);
    const fits = compileFilter('party:bank body.amount>3 or wait>1ms or trap or dead', schemas);
    for await (const messages of messagesOf(recording)) for (const each of messages) if (fits(each)) lineOf(each, schemas, bodies);
  },
  info: async (recording) => {
    const statistics = new RunStatistics(new Schemas(recording.facts.parties), recording.facts);
    for await (const steps of recording.steps()) for (const step of steps) statistics.addStep(step);
    for await (const messages of messagesOf(recording)) for (const each of messages) statistics.addMessage(each);
    return statistics.summary();
  },
  filter: async (recording) => {
    const recorder = new Recorder(new MemoryFile(), recording.facts);
    for await (const messages of messagesOf(recording)) for (const { steps } of messages) recorder.steps(steps);
    await recorder.close();
  },
  export: async (recording) => {
    const schemas = new Schemas(recording.facts.parties);
    const words = { schemas, bodies: new Bodies(schemas) };
    for (const exporter of [
      new ChromeExporter(words, { marks: ['bank.deposit'] }),
      new MermaidExporter(words, { limit: 50 }),
      new OtlpExporter(words, { resource: {}, version: '0' }),
      new NdjsonExporter(words),
    ])
      for await (const text of exportRun(inOrder(recording), exporter, everything)) void text;
  },
  replay: (recording) => replay(recording, cast, { until: 40 }),
  bisect: (recording) => bisect(recording, cast, { against: 'js' }),
  why: (recording) => why(recording, cast, { path: 'bank.accounts[1]' }),
};

for (const level of ['inputs', 'frames'] as const) {
  test(`${RUNS} altered runs at level ${level}, from seed ${SEED} (TANDEM_SEED to change)`, async () => {
    const original = await openRecording(new MemoryFile(await recordBank(level, depositTwenty, 40)));
    const whole: TraceStep[] = [];
    for await (const steps of original.steps()) whole.push(...steps);
    const [ended, refused] = [new Map<string, number>(), new Map<string, number>()];
    for (let run = 0; run < RUNS; run++) {
      const altered = new Vandal(new Random(SEED * 10_000 + run)).alter(whole);
      const recording: Recording = {
        facts: original.facts,
        truncated: false,
        packed: async () => [],
        async *steps() {
          yield altered;
        },
      };
      for (const [name, use] of Object.entries(uses)) {
        try {
          await use(recording);
          ended.set(name, (ended.get(name) ?? 0) + 1);
        } catch (error) {
          if (!TYPED.some((type) => error instanceof type)) throw new Error(`${name} of run ${run} at seed ${SEED}`, { cause: error });
          refused.set(name, (refused.get(name) ?? 0) + 1);
        }
      }
    }
    for (const name of Object.keys(uses)) expect(ended.get(name) ?? 0, name).toBeGreaterThan(RUNS / 10);
  });
}
