/** `npx tandem`: finds the command, parses its options, and turns what goes wrong into one line and an exit code. */
import { parseArgs } from 'node:util';
import { PlacementError } from '../actors/application/placement.js';
import { ApplicationModuleError } from '../debugger/player/application.js';
import { UnknownActorError } from '../host-shim/replay/cast.js';
import { printable, printableJson } from '../trace/text.js';
import { bisectCommand } from './bisect.js';
import { catCommand } from './cat.js';
import { buildCommand, codegenCommand } from './codegen.js';
import { type Command, EXIT, type ExitCode, type Output, UsageError } from './command.js';
import { createCommand } from './create.js';
import { debugCommand } from './debug.js';
import { doctorCommand } from './doctor.js';
import { exportCommand } from './export.js';
import { filterCommand } from './filter.js';
import { infoCommand } from './info.js';
import { newCommand } from './new.js';
import { recoverCommand } from './recover.js';
import { replayCommand } from './replay.js';
import { testCommand } from './test.js';
import { whyCommand } from './why.js';

/** In the order in which `--help` lists them. */
export const COMMANDS: readonly Command[] = [
  createCommand,
  newCommand,
  codegenCommand,
  buildCommand,
  infoCommand,
  catCommand,
  filterCommand,
  exportCommand,
  debugCommand,
  doctorCommand,
  recoverCommand,
  replayCommand,
  bisectCommand,
  whyCommand,
  testCommand,
];

const firstSentence = (text: string): string => text.split(/\.\s/)[0];

function listing(commands: readonly Command[]): string {
  const width = Math.max(0, ...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return ['tandem <command> [options]', '', ...lines, '', 'tandem <command> --help says more about one'].join('\n');
}

/** What a command line says that makes no sense. */
const MISUSES = [UsageError, ApplicationModuleError, PlacementError, UnknownActorError];

/** What comes out of a file, as names, may not steer the terminal that shows it. */
function safe(output: Output, lineText: (line: string) => string): Output {
  const each = (text: string, change: (line: string) => string): string => text.split('\n').map(change).join('\n');
  return { line: (text) => output.line(each(text, lineText)), note: (text) => output.note(each(text, printable)) };
}

/**
 * @param words what follows `tandem` on the command line
 * @returns the exit code
 */
export async function run(words: readonly string[], commands: readonly Command[], output: Output, signal: AbortSignal): Promise<ExitCode> {
  const [name = '--help', ...rest] = words;
  if (name === '--help' || name === '-h') {
    output.line(listing(commands));
    return EXIT.fine;
  }
  const command = commands.find((each) => each.name === name);
  try {
    if (!command) throw new UsageError(`there is no command ${name}; tandem --help lists them`);
    return await invoke(command, rest, output, signal);
  } catch (error) {
    safe(output, printable).note(error instanceof Error ? error.message : String(error));
    return MISUSES.some((type) => error instanceof type) ? EXIT.misused : EXIT.failed;
  }
}

async function invoke(command: Command, words: readonly string[], output: Output, signal: AbortSignal): Promise<ExitCode> {
  const { values, positionals } = parse(command, words);
  if (values.help) {
    output.line(command.help);
    return EXIT.fine;
  }
  const json = values.json === true;
  return command.run({ values, positionals, json, output: safe(output, json ? printableJson : printable), signal });
}

/** @throws UsageError */
function parse({ name, options }: Command, words: readonly string[]) {
  try {
    const all = { ...options, json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...words], options: all, allowPositionals: true });
    return { values: values as Readonly<Record<string, string | boolean | undefined>>, positionals };
  } catch (error) {
    const said = firstSentence(error instanceof Error ? error.message : String(error));
    throw new UsageError(`${said}; tandem ${name} --help lists the options`, { cause: error });
  }
}
