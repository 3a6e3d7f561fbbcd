/** Scene in Wasm beside scene in JavaScript, with the engine's optimising compilers and, as on a television, without. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, type Rounds, ratio } from './rounds.js';

/** These flags do not affect WebAssembly, which is compiled before it runs. */
const NO_JIT = ['--no-opt', '--no-sparkplug', '--no-maglev'];

export interface SceneSizes {
  readonly rounds: number;
  /** Frames per round. */
  readonly ticks: number;
}

export interface ScenePair {
  /** Milliseconds per frame. */
  readonly wasmMs: number;
  readonly jsMs: number;
  /** How many times as fast Wasm is. */
  readonly ratio: number;
}

async function run(flags: readonly string[], { rounds, ticks }: SceneSizes): Promise<ScenePair> {
  const file = fileURLToPath(new URL('scene-process.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file, String(rounds), String(ticks)]);
  const { wasm, js } = JSON.parse(stdout) as Rounds<'wasm' | 'js'>;
  return { wasmMs: median(wasm), jsMs: median(js), ratio: ratio(js, wasm) };
}

export async function measureScene(sizes: SceneSizes): Promise<{ readonly jit: ScenePair; readonly noJit: ScenePair }> {
  return { jit: await run([], sizes), noJit: await run(NO_JIT, sizes) };
}
