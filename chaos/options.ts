/** The command line of the chaos tool. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind, type Plan } from './plan.js';

export class OptionError extends Error {
  override readonly name = 'OptionError';
}

export interface SeedOptions {
  readonly mode: 'seeds';
  readonly seeds: number;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  readonly jobs: number;
  readonly json: boolean;
}
export interface PlanOptions {
  readonly mode: 'plan';
  readonly plan: Plan;
  readonly json: boolean;
}
export interface ThreadsOptions {
  readonly mode: 'threads';
  readonly host: 'node' | 'chromium';
  readonly faults: number;
  readonly seed: number;
  readonly json: boolean;
}
export interface LongOptions {
  readonly mode: 'long';
  readonly frames: number;
  readonly navigations: number;
  readonly json: boolean;
}
export interface CoverageOptions {
  readonly mode: 'coverage';
  readonly json: boolean;
}
export interface HelpOptions {
  readonly mode: 'help';
}
export type ChaosOptions = HelpOptions | SeedOptions | PlanOptions | ThreadsOptions | LongOptions | CoverageOptions;

export const USAGE = `  --host sim [--seeds N] [--seed S] [--faults kinds] [--jobs N]   random runs in the simulation; kinds are ${FAULT_KINDS.join(',')}
  --host node|chromium [--faults N] [--seed S]                    on real threads, half of the faults without shared memory
  --frames N [--navigations N]                                    the television for so long: memory does not grow
  --coverage                                                      lines of the recovery code that faults reach, and those they do not
  --plan FILE                                                     one run, as printed for a seed that failed
  --json                                                          ends with one line of JSON
  --help                                                          this`;

/** @throws OptionError with the usage */
export function parseChaosOptions(input: readonly string[]): ChaosOptions {
  const values = parse(input);
  const { json } = values;
  if (values.help) return { mode: 'help' };
  if (values.plan !== undefined) return { mode: 'plan', plan: readPlan(values.plan), json };
  if (values.coverage) return { mode: 'coverage', json };
  if (values.frames !== undefined) {
    const frames = wholeNumber('--frames', values.frames, 100);
    return {
      mode: 'long',
      frames,
      navigations: wholeNumber('--navigations', values.navigations ?? String(Math.ceil(frames / 10)), 1),
      json,
    };
  }
  const { host } = values;
  const seed = wholeNumber('--seed', values.seed, 0);
  if (host === 'node' || host === 'chromium') {
    return { mode: 'threads', host, faults: wholeNumber('--faults', values.faults ?? '100', 1), seed, json };
  }
  if (host !== 'sim') throw new OptionError(`--host is sim, node or chromium, not ${host}\n${USAGE}`);
  return {
    mode: 'seeds',
    seeds: wholeNumber('--seeds', values.seeds, 1),
    seed,
    kinds: values.faults === undefined ? FAULT_KINDS : faultKinds(values.faults),
    jobs: wholeNumber('--jobs', values.jobs, 1),
    json,
  };
}

function parse(input: readonly string[]) {
  try {
    return parseArgs({
      args: [...input],
      options: {
        host: { type: 'string', default: 'sim' },
        seeds: { type: 'string', default: '200' },
        seed: { type: 'string', default: '1' },
        faults: { type: 'string' },
        jobs: { type: 'string', default: '1' },
        plan: { type: 'string' },
        frames: { type: 'string' },
        navigations: { type: 'string' },
        coverage: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : error}\n${USAGE}`, { cause: error });
  }
}

function readPlan(file: string): Plan {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Plan;
  } catch (error) {
    throw new OptionError(`${file} is not a plan: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function faultKinds(text: string): readonly FaultKind[] {
  const kinds = text.split(',');
  const unknown = kinds.find((kind) => !FAULT_KINDS.includes(kind as FaultKind));
  if (unknown !== undefined) throw new OptionError(`--faults are ${FAULT_KINDS.join(',')}, not ${unknown}`);
  return kinds as FaultKind[];
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
    throw new OptionError(`${option} is a whole number from ${least}, not ${text}`);
  return value;
}
