/**
 * Opens a line of a file in the editor of whoever runs this machine's server. Which editor that is they have said: nothing is guessed from what runs.
 *
 * The catch: an editor does not say that it has opened a file. It says soon when it cannot.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/** In which the first that is set is taken. */
const VARIABLES = ['LAUNCH_EDITOR', 'VISUAL', 'EDITOR'] as const;
/** What npm names to whatever it runs where nobody has named one. It would wait in a terminal that the server may not have. */
const NPMS_OWN = 'vi';
/** An editor that is not there, or does not start, has said so by then. */
const FAILED_MS = 1_000;

/** none: no editor is named. outside: the file is not of the application. failed: the editor did not start. */
export type EditorFailure = 'none' | 'outside' | 'failed';

/** The line is not opened. The message says what to do. */
export class EditorError extends Error {
  override readonly name = 'EditorError';
  constructor(
    readonly code: EditorFailure,
    problem: string,
  ) {
    super(problem);
  }
}

export interface PlaceInFile {
  /** Path on this machine. */
  readonly file: string;
  readonly line: number;
}

/**
 * @param app path of the application's module: only files in the folder of its package are opened
 * @param environment names the editor
 * @throws EditorError
 */
export async function openInEditor({ file, line }: PlaceInFile, app: string, environment = process.env): Promise<void> {
  const editor = namedIn(environment);
  if (!editor)
    throw new EditorError(
      'none',
      `no editor is named: set ${VARIABLES.join(', or ').replace(', or ', ', ')} before the debugger is started, as LAUNCH_EDITOR=code`,
    );
  const folder = packageOf(app);
  const real = existsSync(file) ? realpathSync(file) : '';
  if (!real.startsWith(folder + sep)) throw new EditorError('outside', `${file} is not in the application's folder, ${folder}`);
  const { default: launch } = await import('launch-editor');
  await new Promise<void>((opened, refused) => {
    const timer = setTimeout(opened, FAILED_MS);
    launch(`${real}:${line}:1`, editor, (_file, problem) => {
      clearTimeout(timer);
      refused(new EditorError('failed', `${editor} does not open it: ${problem ?? 'it cannot be started'}`));
    });
  });
}

function namedIn(environment: NodeJS.ProcessEnv): string | undefined {
  const isOfNpm = environment.npm_command !== undefined && environment.EDITOR === NPMS_OWN;
  const variables = isOfNpm ? VARIABLES.filter((name) => name !== 'EDITOR') : VARIABLES;
  return variables.map((name) => environment[name]?.trim()).find(Boolean);
}

/** The folder of the nearest package above a module, as the file system has it. */
function packageOf(app: string): string {
  for (let folder = dirname(resolve(app)); ; folder = dirname(folder))
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return realpathSync(folder);
}
