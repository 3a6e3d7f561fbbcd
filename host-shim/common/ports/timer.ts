/**
 * The timer port: time for actors. A timer is identified by the party that started it and the number that it gave.
 * The catch: timers outlive the incarnation that started them, because a restarted actor expects the ones in its state.
 */

import type { TimerHandle, Timers } from '../../../actors/contract/host.js';
import type { Port } from '../../../actors/vm/port/port.js';
import type { Vm } from '../../../actors/vm/vm.js';
import { system } from '../../../protocol/generated/system.js';
import { timer } from '../../../protocol/generated/timer.js';
import type { Address } from '../../../protocol/names.js';
import { TIMERS_RUNNING_MAX } from '../../limits.js';
import { OFFER_AGAIN_MS, offer } from './offer.js';

export function openTimerPort(vm: Vm, timers: Timers): Port<typeof timer> {
  /** Running timers, by starter and number. */
  const running = new Map<number, Map<number, TimerHandle>>();
  const ofStarter = (source: Address) => {
    const known = running.get(source) ?? new Map<number, TimerHandle>();
    running.set(source, known);
    return known;
  };
  const stop = (own: Map<number, TimerHandle>, timer: number) => {
    timers.clear(own.get(timer));
    own.delete(timer);
  };
  const port = vm.openPort<typeof timer>(timer, {
    onStart({ timer, delayMs }, incoming) {
      const { source } = incoming;
      const own = ofStarter(source);
      stop(own, timer);
      if (own.size >= TIMERS_RUNNING_MAX)
        throw new Error(`${source} has ${TIMERS_RUNNING_MAX} timers running already: one more is not started`);
      const fire = () => {
        if (offer(() => port.causedBy(incoming, () => port.sendTo(source, system.receives.timerFired, { timer })))) own.delete(timer);
        else own.set(timer, timers.set(OFFER_AGAIN_MS, fire));
      };
      own.set(timer, timers.set(delayMs, fire));
    },
    onCancel({ timer }, { source }) {
      stop(ofStarter(source), timer);
    },
    onClose() {
      for (const own of running.values()) for (const timer of [...own.keys()]) stop(own, timer);
    },
  });
  return port;
}
