/**
 * The timer port: time for actors. A timer is known by who started it and the number that they gave it.
 * The catch: timers outlive the incarnation that started them, because a restarted actor expects the ones in its state.
 */
import type { TimerHandle, Timers } from '../../../actors/host.js';
import type { Port } from '../../../actors/port/port.js';
import type { Vm } from '../../../actors/vm/vm.js';
import { system } from '../../../protocol/generated/system.js';
import { timer } from '../../../protocol/generated/timer.js';
import { OFFER_AGAIN_MS, offer } from './offer.js';

export function openTimerPort(vm: Vm, timers: Timers): Port<typeof timer> {
  const running = new Map<string, TimerHandle>();
  const nameOf = (source: number, number: number) => `${source}:${number}`;
  const stop = (name: string) => {
    timers.clear(running.get(name));
    running.delete(name);
  };
  const port = vm.openPort<typeof timer>(timer, {
    onStart({ timer, delayMs }, { source }) {
      const name = nameOf(source, timer);
      stop(name);
      const fire = () => {
        if (offer(() => port.sendTo(source, system.receives.timerFired, { timer }))) running.delete(name);
        else running.set(name, timers.set(OFFER_AGAIN_MS, fire));
      };
      running.set(name, timers.set(delayMs, fire));
    },
    onCancel({ timer }, { source }) {
      stop(nameOf(source, timer));
    },
    onClose() {
      for (const name of [...running.keys()]) stop(name);
    },
  });
  return port;
}
