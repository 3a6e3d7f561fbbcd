/**
 * `npm start`: builds the television, serves it, and prints its address. `npm start -- --headless ...` hands over to the run without a
 * browser. Plain JavaScript, because it runs before anything is built.
 *
 * The catch: npm passes Ctrl-C to this process and to the processes that it started, so every part must end by itself. SIGTERM goes to this process
 * alone: its build notices, and ends.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `npm start -- [options]
  --port N       port to serve on, 0 for any that is free (8080)
  --latency N    longest answer of the catalogue in milliseconds (200)
  --no-build     serve what was built before
  --debug        builds AssemblyScript for a debugger: not optimised, with names, so that it stops at every line
  --headless     run without a browser; npm start -- --headless --help lists its options`;

const HEADLESS_HELP = `npm start -- --headless [options]
  --host node|sim     threads of Node, or the simulation (node)
  --placement P       js, wasm, mixed, or pairs as scene=wasm,focus=js (mixed)
  --seed N            of the remote control and of everything else that is random (1)
  --frames N          how long to run (600)
  --trap-rate P       probability that a delivery to a Wasm actor traps (0)
  --restart-budget N  restarts allowed within ten seconds; an actor that needs more is stopped (1000)
  --viewer V          random: presses keys without looking; steady: right and left in turn, and each has to move the focus (random)
  --frame-ms N        time between two frames on real threads (4)
  --request-deadline-ms N  how long the page waits for a reply (60000)
  --break KIND        stops in the debugger before such a message is handled; also 'KIND to ACTOR if CONDITION', and several times
  --storage FOLDER    where the viewer's place is kept for the next run; only with --host node (nowhere)
  --spy P             prints the messages of these parties as they flow, 1,000 at most: focus,scene, or all (nothing)
  --trace LEVEL       off, headers or frames; frames: a recording has all messages, not only what a replay needs (off)
  --record FILE       a recording of the run, for npx tandem (none)
  --debugger ADDRESS  lets the debugger there look on: npx tandem debug live prints the address of the application
  --pack              puts the actors' modules and source maps into the recording
  --json              the last line printed is the report as JSON
  --no-build          run what was built before
  --debug             builds AssemblyScript for a debugger: not optimised, with names, so that it stops at every line`;

/** What the debugger says. */
const MISSING = 'The television is not here: open its page, and it connects by itself.';

/** Files of the page for old engines. */
const OLD = /^\/old\b/;

const PORT_MAX = 65_535;
const LATENCY_MS_MAX = 60_000;
/** Exit codes: the command line makes no sense; anything else went wrong. */
const MISUSED = 2;
const FAILED = 1;

const root = new URL('../', import.meta.url);
const built = (path) => new URL(`dist/examples/tv/${path}`, root);

/** A failure that needs one line and no stack. */
class StartError extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

function readOptions(input) {
  const options = {
    port: { type: 'string', default: '8080' },
    latency: { type: 'string', default: '200' },
    'no-build': { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  };
  try {
    const { values } = parseArgs({ args: input, options });
    return {
      port: wholeNumber('--port', values.port, PORT_MAX),
      latencyMsMax: wholeNumber('--latency', values.latency, LATENCY_MS_MAX),
      build: !values['no-build'],
      debug: values.debug,
      help: values.help,
    };
  } catch (error) {
    if (error instanceof StartError) throw error;
    const [sentence] = error.message.split(/\.\s/);
    throw new StartError(`${sentence}; npm start -- --help lists the options`, MISUSED);
  }
}

function wholeNumber(option, text, max) {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > max) {
    throw new StartError(`${option} is a whole number from 0 to ${max}, not '${text}'`, MISUSED);
  }
  return value;
}

/**
 * Builds, with the output on standard error, because the standard output of a headless run is its report.
 * @param over ends the build when it is aborted
 */
async function build(purpose, debug = false, over = undefined) {
  if (!existsSync(new URL('node_modules/tsx', root))) throw new StartError('the packages are not installed: run npm ci first', FAILED);
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/build.ts', purpose, ...(debug ? ['--debug'] : [])], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'], // by its channel it notices the end of this process
    signal: over,
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve));
  if (code !== 0) throw new StartError('the build failed: see above', FAILED);
}

async function prepare(wanted, debug) {
  if (wanted) {
    console.error('building the television');
    await build('television', debug);
  }
  const missing = ['server/server.js', 'site/index.html'].find((path) => !existsSync(built(path)));
  if (missing) throw new StartError(`nothing is built (no dist/examples/tv/${missing}): run npm run build`, FAILED);
}

/** Builds the page for old engines when the first of them asks for it: that takes as long as much of the rest, and hardly anyone does. */
class OldEngines {
  built = null;

  /** @param over ends the build when it is aborted */
  constructor(over) {
    this.over = over;
  }

  /** @throws when it does not compile; who asks next has it built again */
  async prepare(path) {
    if (!OLD.test(path)) return;
    this.built ??= this.build();
    await this.built;
  }

  async build() {
    console.error('building the television for old engines');
    try {
      await build('old', false, this.over);
    } catch (error) {
      this.built = null;
      if (!this.over.aborted) console.error(error.message);
      throw error;
    }
  }
}

async function serve({ port, latencyMsMax, build: wanted }, over) {
  const oldEngines = new OldEngines(over);
  const { loadCatalogue } = await import(built('catalogue/load.js'));
  const { startServer } = await import(built('server/server.js'));
  const { createDebugger } = await import('../dist/debugger/server/index.js');
  const replay = fileURLToPath(built('replay.js'));
  const latencyMs = { min: latencyMsMax / 4, max: latencyMsMax };
  try {
    const root = fileURLToPath(built('site'));
    return await startServer({
      catalogue: loadCatalogue(),
      port,
      latencyMs,
      root,
      ...(wanted && { prepare: (path) => oldEngines.prepare(path) }),
      debugger: createDebugger({ application: replay, missing: MISSING }),
    });
  } catch (error) {
    if (error.code === 'EADDRINUSE') throw new StartError(`port ${port} is taken: choose another with npm start -- --port N`, FAILED);
    if (error.code === 'EACCES') throw new StartError(`port ${port} is not allowed: choose another with npm start -- --port N`, FAILED);
    throw error;
  }
}

/** Resolves at Ctrl-C, or when the system asks the process to end. */
const interrupted = () => new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));

async function startServing(input) {
  const options = readOptions(input);
  if (options.help) return console.log(HELP);
  await prepare(options.build, options.debug);
  const over = new AbortController();
  const ended = interrupted().then(() => over.abort());
  const server = await serve(options, over.signal);
  console.log(`Tandem TV is at ${server.url}   (Ctrl-C ends it)`);
  console.log(`its debugger is at ${server.debugger}`);
  await ended;
  await server.close();
}

async function startHeadless(input) {
  if (input.includes('--help')) return console.log(HEADLESS_HELP);
  await prepare(!input.includes('--no-build'), input.includes('--debug'));
  const main = built('headless/main.js');
  process.argv = [process.execPath, fileURLToPath(main), ...input.filter((word) => word !== '--no-build' && word !== '--debug')];
  await import(main);
}

try {
  const input = process.argv.slice(2);
  await (input.includes('--headless') ? startHeadless(input) : startServing(input));
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
