/** `tandem doctor`: what is wrong with an application, its page, or a recording. */
import { resolve } from 'node:path';
import { examineApplication, type Finding } from '../tools/examination.js';
import { APP_HELP, APP_OPTION } from './application.js';
import { type Command, EXIT, type ExitCode, type Invocation, UsageError } from './command.js';
import { examinePage } from './doctor-page.js';
import { examineRecording } from './doctor-recording.js';
import { textOption } from './values.js';

const HELP = `tandem doctor [--root FOLDER] [--url PAGE] [--json]
tandem doctor FILE [--app MODULE] [--json]

Of an application: the versions of Node, tandem, the compiler of AssemblyScript and Vite; tandem.json; the numbers in tandem.lock.json;
whether what is generated and the guests are up to date. One line each: ok, note (worth to know) or wrong, the file, what to do.

  --root FOLDER       of the application; this one when not given
  --url PAGE          also looks at the page of a server, as http://localhost:5173/: the headers for shared memory, its scripts, workers and
                      guests: what answers 404, or with a page in place of a file, and guests of another schema than today's

Exit code 0 when nothing is wrong, 1 when something is, 2 for a command line that makes no sense, 3 when the page cannot be reached.

Of a recording: it ends before its end, something in it makes no sense, steps are missing, a kind has no schema, a frame cannot be
decoded, the schemas differ from today's in a way that matters. And with the run in it: dead letters, crashes, messages that nobody was
seen to handle. Exit code 1 when it finds something, 3 when the file cannot be read from somewhere on.

${APP_HELP}
                      Without an application only the schemas of the runtime's own parties are compared.

--json gives one object: findings (level, about, file, line, text); of a recording file, problems (what, text), schemasOf.

  tandem doctor --url http://localhost:5173/
  tandem doctor run.mcap`;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'what is wrong with an application, its page, or a recording',
  help: HELP,
  options: { ...APP_OPTION, root: { type: 'string' }, url: { type: 'string' } },
  run: (invocation) => (invocation.positionals.length > 0 ? ofRecording(invocation) : ofApplication(invocation)),
};

/** @throws UsageError */
function ofRecording(invocation: Invocation): Promise<ExitCode> {
  const { root, url } = invocation.values;
  if (root !== undefined || url !== undefined) throw new UsageError('a recording has neither --root nor --url');
  return examineRecording(invocation);
}

/** @throws UsageError */
async function ofApplication({ values, json, output }: Invocation): Promise<ExitCode> {
  if (values.app !== undefined) throw new UsageError('--app is for a recording: tandem doctor FILE --app MODULE');
  const url = textOption(values.url);
  if (url !== undefined && !/^https?:\/\/./.test(url))
    throw new UsageError(`--url takes the address of a page, as http://localhost:5173/, and not ${url}`);
  const root = resolve(textOption(values.root) ?? '.');
  const { findings, application } = await examineApplication(root);
  const page = url === undefined ? null : await examinePage(new URL(url), root, application);
  const all = [...findings, ...(page?.findings ?? [])];
  if (json) output.line(JSON.stringify({ findings: all }));
  else for (const finding of all) output.line(lineOf(finding));
  if (page?.reached === false) return EXIT.failed;
  return all.some(({ level }) => level === 'wrong') ? EXIT.found : EXIT.fine;
}

const lineOf = ({ level, about, file, line, text }: Finding): string =>
  `${level.padEnd(5)}  ${file === undefined ? about : [file, line].filter((part) => part !== undefined).join(':')}: ${text}`;
