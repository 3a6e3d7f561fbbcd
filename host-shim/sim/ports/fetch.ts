/** The fetch port of a simulation: answers come from a function, after a seeded time on the virtual clock. */
import type { Timers } from '../../../actors/host.js';
import type { Port } from '../../../actors/port.js';
import type { Vm } from '../../../actors/vm.js';
import type { Random } from '../../../bus/random.js';
import { fetch } from '../../../protocol/generated/fetch.js';
import { network } from '../../../protocol/generated/network.js';
import type { MessageOf } from '../../../protocol/schema.js';

export interface FetchPortOptions {
  readonly timers: Timers;
  readonly random: Random;
  readonly latencyMs: { readonly min: number; readonly max: number };
  readonly answer: (start: MessageOf<typeof fetch, 'start'>) => { readonly status: number; readonly body: Uint8Array };
}

export function openFetchPort(vm: Vm, { timers, random, latencyMs, answer }: FetchPortOptions): Port<typeof fetch> {
  const running = new Map<number, unknown>();
  const port = vm.openPort(fetch, {
    onStart(start) {
      const delayMs = latencyMs.min + random.integer(latencyMs.max - latencyMs.min + 1);
      const reply = () => {
        running.delete(start.request);
        const { status, body } = answer(start);
        port.send(network.receives.fetched, { request: start.request, status, headers: [], body, failure: 'none', error: '' });
      };
      running.set(start.request, timers.set(delayMs, reply));
    },
    onAbort({ request }) {
      timers.clear(running.get(request));
      running.delete(request);
    },
  });
  return port;
}
