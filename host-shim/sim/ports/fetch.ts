/** The fetch port of a simulation: answers come from a function, after a seeded time on the virtual clock. */
import type { TimerHandle, Timers } from '../../../actors/contract/host.js';
import type { Port } from '../../../actors/vm/port/port.js';
import type { Vm } from '../../../actors/vm/vm.js';
import type { Random } from '../../../bus/random.js';
import type { MessageOf } from '../../../protocol/fields.js';
import { fetch } from '../../../protocol/generated/fetch.js';
import { network } from '../../../protocol/generated/network.js';
import { OFFER_AGAIN_MS, offer } from '../../common/ports/offer.js';

export interface FetchPortOptions {
  readonly timers: Timers;
  readonly random: Random;
  readonly latencyMs: { readonly min: number; readonly max: number };
  readonly answer: (start: MessageOf<typeof fetch, 'start'>) => { readonly status: number; readonly body: Uint8Array };
}

export function openFetchPort(vm: Vm, { timers, random, latencyMs, answer }: FetchPortOptions): Port<typeof fetch> {
  const running = new Map<number, TimerHandle>();
  const stop = (request: number) => {
    timers.clear(running.get(request));
    running.delete(request);
  };
  const port = vm.openPort<typeof fetch>(fetch, {
    onStart(start, incoming) {
      const { request } = start;
      const send = (fetched: ReturnType<typeof answer>) => {
        const whole = { ...fetched, request, headers: [], failure: 'none' as const, error: '' };
        if (offer(() => port.causedBy(incoming, () => port.send(network.receives.fetched, whole)))) running.delete(request);
        else
          running.set(
            request,
            timers.set(OFFER_AGAIN_MS, () => send(fetched)),
          );
      };
      const delayMs = latencyMs.min + random.integer(latencyMs.max - latencyMs.min + 1);
      running.set(
        request,
        timers.set(delayMs, () => send(answer(start))),
      );
    },
    onAbort: ({ request }) => stop(request),
    onClose() {
      for (const request of [...running.keys()]) stop(request);
    },
  });
  return port;
}
