/** `tandem debug`: the debugger page, for a recording or for an application that runs. */
import { Player } from '../debugger/player/player.js';
import { withRecording } from '../debugger/player/recording-file.js';
import { Applications } from '../debugger/server/applications.js';
import { FetchedSubject, isAddress } from '../debugger/server/fetched.js';
import { type RunningDebugger, startDebugger } from '../debugger/server/server.js';
import { SITE } from '../debugger/server/site.js';
import { FileSubject, type Subject } from '../debugger/server/subject.js';
import { APP_HELP, APP_OPTION } from './application.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { fileOf } from './recording.js';
import { textOption } from './values.js';

const HELP = `tandem debug FILE|URL|live [--app MODULE] [--port N] [--host ADDRESS] [--origin ORIGIN] [--json]

Prints an address: the debugger page, in which the recording is shown, or the application that connects. Open it in a browser of this machine; end it
with Ctrl-C. The page answers only this machine, and only who has the address.

URL: of http or https. The recording is fetched, from that address alone, and its copy is removed at the end.

live: prints a second address, to which an application connects, also one on another device: openDebugLink(system, ADDRESS) of tandem/browser or
tandem/node. It records while somebody looks.

States before and after a message are found by playing the recording again, for which the application is needed.

${APP_HELP}
--port N         where it listens; any free port when not given
--host ADDRESS   of this machine, by which other devices reach it; 127.0.0.1 when not given
--origin ORIGIN  lets applications of these pages connect, as http://10.0.0.2:5173; those of this machine always may
--json           the line has url, and file or application

  tandem debug run.mcap
  tandem debug https://example.com/run.mcap
  tandem debug live`;

export const debugCommand: Command = {
  name: 'debug',
  summary: 'a page that shows a recording, or an application that runs: lanes, messages, causes, the path of a key',
  help: HELP,
  options: { ...APP_OPTION, port: { type: 'string' }, host: { type: 'string' }, origin: { type: 'string' } },
  run: serve,
};

async function serve(invocation: Invocation): Promise<ExitCode> {
  const { values, signal } = invocation;
  const what = fileOf(invocation, 'debug');
  const port = Number(values.port ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port is a number up to 65535, not ${values.port}`);
  const host = textOption(values.host);
  const origin = textOption(values.origin);
  const subject = await subjectOf(what, signal);
  const player = new Player(textOption(values.app));
  const running = await startDebugger({ subject, site: SITE, port, player, host, origins: origin === undefined ? [] : [origin] });
  say(invocation, what, running);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await running.close();
  return EXIT.fine;
}

async function subjectOf(what: string, signal: AbortSignal): Promise<Subject> {
  if (what === 'live') return new Applications(() => 'No application is here: one connects to the address that tandem debug has printed.');
  // What is no recording is said here, and not first in the page.
  if (isAddress(what)) return fetched(what, signal);
  await withRecording(what, async () => {});
  return new FileSubject(what);
}

/** @throws RecordingFetchError, RecordingError */
async function fetched(address: string, signal: AbortSignal): Promise<Subject> {
  const subject = await FetchedSubject.fetch(address, { signal });
  try {
    await withRecording(subject.file(1), async () => {});
    return subject;
  } catch (error) {
    await subject.close();
    // The person has named an address, and no file.
    if (error instanceof Error) error.message = error.message.replaceAll(subject.file(1), address);
    throw error;
  }
}

function say({ json, output }: Invocation, what: string, { url, application }: RunningDebugger): void {
  const isLive = what === 'live';
  if (json) output.line(JSON.stringify(isLive ? { url: url.href, application: application.href } : { url: url.href, file: what }));
  else output.line(`${what}: ${url.href}`);
  if (isLive && !json) output.line(`the application connects to ${application.href}`);
}
