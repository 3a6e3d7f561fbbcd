/** The command as a process. */
import { COMMANDS, run } from './main.js';

const ended = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort(new Error(signal)));
// A reader such as `head` has seen enough.
process.stdout.on('error', () => ended.abort());
const output = { line: (text: string) => console.log(text), note: (text: string) => console.error(text) };
process.exitCode = await run(process.argv.slice(2), COMMANDS, output, ended.signal);
