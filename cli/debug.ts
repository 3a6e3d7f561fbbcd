/** `tandem debug`: the debugger page for a recording. */
import { fileURLToPath } from 'node:url';
import { startDebugger } from '../debugger/server/server.js';
import { APP_HELP, APP_OPTION, loadCast } from './application.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { jsonText } from './json-text.js';
import { RecordedStates } from './recorded-states.js';
import { fileOf, withRecording } from './recording.js';
import { textOption } from './values.js';

const HELP = `tandem debug FILE [--app MODULE] [--port N] [--json]

Prints an address: the debugger page, in which the recording is shown. Open it in a browser of this machine; end it with Ctrl-C.
The page answers only this machine, and only who has the address.

States before and after a message are found by playing the recording again, for which the application is needed.

${APP_HELP}
--port N   where it listens; any free port when not given
--json     the line has url and file

  tandem debug run.mcap`;

/** Beside this file, also in an installed package. */
const SITE = fileURLToPath(new URL('../debugger/site/', import.meta.url));

export const debugCommand: Command = {
  name: 'debug',
  summary: 'a page that shows a recording: lanes, messages, causes, the path of a key',
  help: HELP,
  options: { ...APP_OPTION, port: { type: 'string' } },
  run: serve,
};

async function serve(invocation: Invocation): Promise<ExitCode> {
  const { values, json, output, signal } = invocation;
  const recording = fileOf(invocation, 'debug');
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port is a number up to 65535, not ${values.port}`);
  // What is no recording is said here, and not first in the page.
  await withRecording(recording, async () => {});
  const { url, close } = await startDebugger({ recording, site: SITE, port, stateAt: statesOf(recording, textOption(values.app)) });
  output.line(json ? JSON.stringify({ url: url.href, file: recording }) : `${recording}: ${url.href}`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await close();
  return EXIT.fine;
}

/** The application is loaded when the first state is asked for: a recording is shown without it. */
function statesOf(recording: string, app: string | undefined): (number: number, actor: string) => Promise<string> {
  let states: Promise<RecordedStates> | null = null;
  return async (number, actor) => {
    states ??= loadCast(app).then((cast) => new RecordedStates(recording, cast));
    return jsonText(await (await states).at(number, actor));
  };
}
