/** `tandem codegen` and `tandem build`: what is generated from an application's actors, once or whenever they change. */
import { resolve } from 'node:path';
import { jsonText } from '../debugger/player/json-text.js';
import { generateApplication } from '../tools/application.js';
import { buildApplicationGuests } from '../tools/application-guests.js';
import type { GeneratedApplication, Problem } from '../tools/generated-application.js';
import { Watcher } from '../tools/watcher.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { textOption } from './values.js';

const SHARED_HELP = `  --root FOLDER       of the application; this one when not given
  --watch             go on, and do it again whenever a file changes, until Ctrl-C
  --json              one object for each time: problems (file, line, column, text), notes, and written or stale

Exit code 0 when all is well, 1 when something is wrong (then nothing is written), 2 for a command line that makes no sense, 3 for
anything else.`;

const CODEGEN_HELP = `tandem codegen [--check] [--watch] [--renumber NAMES] [--rename OLD=NEW] [--root FOLDER] [--json]

Reads the actors of an application (src/actors, or what tandem.json says), gives numbers to what has none, and writes tandem.lock.json,
which is to be committed, and src/tandem/: codecs in both languages, the definition, start().

  --check             write nothing; exit code 1 when something is out of date. Where src/tandem is not there, as in a fresh clone, only the
                      numbers can be
  --renumber NAMES    new numbers for these parties or messages, as basket.add,till: where two branches took the same
  --rename OLD=NEW    keep the numbers of what has another name now, as basket.add=basket.put
${SHARED_HELP}

Example: npx tandem codegen --check`;

const BUILD_HELP = `tandem build [--debug] [--watch] [--root FOLDER] [--json]

Does what tandem codegen does, and then compiles the actors' AssemblyScript (basket.wasm.ts) to src/tandem/guests/, with source maps.

  --debug             modules as in development, which compile in half of the time, and are larger and slower; the next build without it
                      compiles them again
${SHARED_HELP}

Example: npx tandem build --watch`;

const SHARED_OPTIONS = { watch: { type: 'boolean', default: false }, root: { type: 'string' } } as const;

export const codegenCommand: Command = {
  name: 'codegen',
  summary: 'numbers, codecs and definition of an application',
  help: CODEGEN_HELP,
  options: { ...SHARED_OPTIONS, check: { type: 'boolean', default: false }, renumber: { type: 'string' }, rename: { type: 'string' } },
  run: (invocation) => new Generation(invocation, false).run(),
};

export const buildCommand: Command = {
  name: 'build',
  summary: 'the same, and the Wasm twins',
  help: BUILD_HELP,
  options: { ...SHARED_OPTIONS, debug: { type: 'boolean', default: false } },
  run: (invocation) => new Generation(invocation, true).run(),
};

/** What one time gave. */
interface Outcome {
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
  /** Paths from the root: what was written, or with `--check` would be. */
  readonly changed: readonly string[];
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

class Generation {
  private readonly root: string;
  private readonly check: boolean;
  private renumber: readonly string[];
  private rename: readonly (readonly [string, string])[];
  /** What was said last, so that it is said again only when it has changed. */
  private said = '';

  /** @throws UsageError */
  constructor(
    private readonly invocation: Invocation,
    private readonly withGuests: boolean,
  ) {
    const { values, positionals } = invocation;
    if (positionals.length) throw new UsageError(`tandem ${withGuests ? 'build' : 'codegen'} takes no ${positionals[0]}`);
    this.root = resolve(textOption(values.root) ?? '.');
    this.check = values.check === true;
    if (this.check && values.watch === true) throw new UsageError('--check looks once, and --watch goes on: one of both');
    this.renumber = textOption(values.renumber)?.split(',') ?? [];
    this.rename = textOption(values.rename)?.split(',').map(pairOf) ?? [];
  }

  async run(): Promise<ExitCode> {
    const outcome = await this.once();
    if (this.invocation.values.watch !== true) return this.codeOf(outcome);
    [this.renumber, this.rename] = [[], []];
    await this.watch(outcome);
    return EXIT.fine;
  }

  private codeOf({ problems, changed }: Outcome): ExitCode {
    return problems.length || (this.check && changed.length) ? EXIT.found : EXIT.fine;
  }

  private async once(): Promise<Outcome> {
    const { root, renumber, rename } = this;
    const generated = await generateApplication({ root, write: !this.check, renumber, rename });
    const outcome = this.withGuests && !generated.problems.length ? await this.built(generated) : outcomeOf(generated);
    this.tell(outcome);
    return outcome;
  }

  private async built(generated: GeneratedApplication): Promise<Outcome> {
    const debug = this.invocation.values.debug === true;
    const { problems, written, files } = await buildApplicationGuests(this.root, generated.guests, { debug });
    const outcome = outcomeOf(generated);
    return { ...outcome, problems, changed: [...outcome.changed, ...written], files: [...outcome.files, ...files] };
  }

  private tell(outcome: Outcome): void {
    const { json, output } = this.invocation;
    const { problems, notes, changed } = outcome;
    const said = JSON.stringify([problems, notes, changed.length && changed]);
    if (said === this.said) return;
    this.said = said;
    if (json) {
      output.line(jsonText({ problems, notes, [this.check ? 'stale' : 'written']: changed }));
      return;
    }
    for (const { file, line, column, text } of problems)
      output.line(`${[file, line, column].filter((part) => part !== undefined).join(':')}: ${text}`);
    for (const note of notes) output.note(`note: ${note}`);
    for (const path of changed) output.line(`${this.check ? 'stale' : 'wrote'} ${path}`);
    if (problems.length) output.note(changed.length ? 'the rest was written' : 'nothing was written');
    else if (!changed.length) output.line('nothing has changed');
    else if (this.check) output.note('run npx tandem codegen');
  }

  /** Does it again at each change, one at a time, until the signal. */
  private watch(first: Outcome): Promise<void> {
    const { signal, output } = this.invocation;
    return new Promise((resolve, reject) => {
      let running: Promise<void> = Promise.resolve();
      const again = async () => {
        if (!signal.aborted) watcher.watch(await this.once());
      };
      const watcher = new Watcher(() => {
        running = running.then(again).catch(end);
      });
      const end = (error?: unknown) => {
        watcher.close();
        if (error === undefined) resolve();
        else reject(error);
      };
      watcher.watch(first);
      output.note('waiting for changes; Ctrl-C ends');
      signal.addEventListener('abort', () => void running.then(() => end()), { once: true });
    });
  }
}

const outcomeOf = ({ problems, notes, stale, files, folders }: GeneratedApplication): Outcome => ({
  ...{ problems, notes, files, folders },
  changed: stale,
});

/** @throws UsageError */
function pairOf(text: string): readonly [string, string] {
  const [from, to, ...more] = text.split('=');
  if (!from || !to || more.length) throw new UsageError(`--rename takes OLD=NEW, as basket.add=basket.put, and not ${text}`);
  return [from, to];
}
