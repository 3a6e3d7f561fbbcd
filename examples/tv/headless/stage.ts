/** Where a headless run takes place: the real threads of Node, or the simulation. */
import type { Capabilities, Host, System, Vm, VmCounters } from 'tandem';
import { createNodeHost, detectCapabilities, openFetchPort } from 'tandem/node';
import { createSimHost, type Delay, openFetchPort as openSimFetchPort, Random } from 'tandem/testing';
import { parties, wasmDefinition } from '../application.js';
import { loadCatalogue } from '../catalogue/load.js';
import { jsDefinitionOf } from '../js-definition.js';
import { PAGE_VARIABLE, type PageOptions, parametersOf } from '../page-options.js';
import { startServer } from '../server/server.js';
import { GUESTS } from './guests.js';
import { REAL_FRAME_MS } from './options.js';
import { countMessages } from './report.js';

/** Time of a frame on the display's clock: 60 frames a second. */
export const FRAME_MICROS = 16_667;
const LATENCY_MS = { min: 20, max: 120 };
/** The longest that a run may take to come to rest: longer than any retry. */
const SETTLE_MICROS_MAX = 30_000_000;
const SETTLE_STEP_MS = 50;
/** Looks in a row at which nothing waits and nothing was sent: together longer than the server takes to answer what is still asked of it. */
const QUIET_LOOKS = 4;

export interface Stage {
  readonly host: Host;
  readonly vm: Vm;
  /** Lets the time of one frame pass. */
  frame(): Promise<void>;
  /** Waits until every message is accounted for, and no more come. @returns the counters of that moment; of the last look when there is none */
  settle(system: System): Promise<VmCounters>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly seed: number;
  readonly onPortError: (port: string, error: unknown) => void;
  readonly page?: PageOptions;
  /** Real time between two frames on threads. */
  readonly frameMs?: number;
  /** Capabilities of the simulation, to act like a lesser device. */
  readonly capabilities?: Capabilities;
  /** How long a VM of the simulation takes to reach another. */
  readonly delay?: Delay;
}

/** A restart that needs a permit is reported after the output of the restarted actor. */
const hasHeard = ({ actors }: System, traps: number): boolean =>
  actors.every(({ state }) => state === 'running') && actors.reduce((sum, { restarts }) => sum + restarts, 0) >= traps;

/** VMs give their counters one after another: a message between two of them is not there yet, or there twice. */
function isQuiet(system: System, counters: VmCounters): boolean {
  const { lost, duplicated } = countMessages(counters);
  return hasHeard(system, counters.traps) && counters.waiting === 0 && lost === 0 && duplicated === 0;
}

/** An actor that is down answers nobody, so messages to it are never accounted for. */
const isDown = ({ actors }: System): boolean => actors.some(({ state }) => state === 'exhausted' || state === 'lost');

/** @param pass lets the time between two looks pass. @param isLate after the longest that it may take */
async function settled(system: System, pass: (ms: number) => Promise<void>, isLate: () => boolean): Promise<VmCounters> {
  let sentBefore = -1;
  for (let looks = 0; ; ) {
    await pass(SETTLE_STEP_MS);
    const counters = await system.counters();
    const { sent } = countMessages(counters);
    looks = isQuiet(system, counters) && sent === sentBefore ? looks + 1 : 0;
    sentBefore = sent;
    if (looks >= QUIET_LOOKS || isDown(system) || isLate()) return counters;
  }
}

export async function nodeStage({ onPortError, page = {}, frameMs = REAL_FRAME_MS }: StageOptions): Promise<Stage> {
  const server = await startServer({ catalogue: loadCatalogue(), port: 0, latencyMs: LATENCY_MS, root: null });
  process.env[PAGE_VARIABLE] = parametersOf(page).toString();
  const host = createNodeHost({
    capabilities: detectCapabilities(),
    parties,
    vms: {
      js: { entry: new URL('./js-vm.js', import.meta.url), load: async () => jsDefinitionOf(page) },
      wasm: { entry: new URL('./wasm-vm.js', import.meta.url), load: async () => wasmDefinition(GUESTS) },
    },
    onPortError,
  });
  openFetchPort(host.vm, { fetch: globalThis.fetch, baseUrl: server.url });
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  return {
    host,
    vm: host.vm,
    frame: () => pause(frameMs),
    settle(system) {
      const until = host.clock.nowMicros() + SETTLE_MICROS_MAX;
      return settled(system, pause, () => host.clock.nowMicros() >= until);
    },
    close: () => server.close(),
  };
}

export async function simStage({ seed, onPortError, page = {}, capabilities, delay }: StageOptions): Promise<Stage> {
  const catalogue = loadCatalogue();
  const host = createSimHost({
    seed,
    delay,
    capabilities,
    parties,
    vms: { js: { load: async () => jsDefinitionOf(page) }, wasm: { load: async () => wasmDefinition(GUESTS) } },
    onPortError,
  });
  openSimFetchPort(host.vm, {
    timers: host.timers,
    random: new Random(seed).fork('fetch'),
    latencyMs: LATENCY_MS,
    answer: ({ url }) => {
      const { status, body } = catalogue.answer(url);
      return { status, body: new TextEncoder().encode(body) };
    },
  });
  return {
    host,
    vm: host.vm,
    frame: () => host.pass(FRAME_MICROS / 1000),
    settle(system) {
      const until = host.kernel.now + SETTLE_MICROS_MAX;
      return settled(
        system,
        (ms) => host.pass(ms),
        () => host.kernel.now >= until,
      );
    },
    close: async () => {},
  };
}
