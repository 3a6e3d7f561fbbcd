/**
 * A simulated host whose control calls, answers and reports take a while, in order in each direction, so that they cross each other.
 *
 * The catch: they take turns of the event loop, not virtual time, which stands still while an actor waits for its restart.
 */
import { CONTROL_CALLS, callsAround, type VmControl } from '../../actors/contract/control.js';
import type { Host, VmHandle, VmListener } from '../../actors/contract/host.js';
import type { Random } from '../../bus/random.js';
import type { SimHost } from '../../host-shim/sim/index.js';

const TURNS_MAX = 12;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves when everything on its way in either direction has arrived, including immediate answers. */
export async function everyWire(): Promise<void> {
  for (let i = 0; i < 4 * TURNS_MAX; i++) await turn();
}

/** One direction of a wire. */
class Wire {
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly random: Random) {}

  /** Resolves when what is sent now has arrived. */
  send(): Promise<void> {
    const turns = this.random.integer(TURNS_MAX);
    const before = this.last;
    const takeTime = async (): Promise<void> => {
      for (let i = 0; i < turns; i++) await turn();
      await before;
    };
    this.last = takeTime();
    return this.last;
  }
}

const slowControl = (control: VmControl, there: Wire, back: Wire): VmControl =>
  callsAround(control, CONTROL_CALLS, async (_call, run) => {
    await there.send();
    try {
      return await run();
    } finally {
      await back.send();
    }
  });

/** Reports come in order, and the news of the loss after all of them. */
function slowListener(listener: VmListener, back: Wire): VmListener {
  return {
    async report(event) {
      await back.send();
      await listener.report(event);
    },
    crashOf: (question) => listener.crashOf(question),
    lost: (reason) => void back.send().then(() => listener.lost(reason)),
  };
}

/** The same host, with a slow control plane to its VMs. */
export function slowly(host: SimHost, random: Random): Host {
  return {
    clock: host.clock,
    timers: host.timers,
    standingTime: host.standingTime,
    capabilities: host.capabilities,
    local: host.local,
    traces: host.traces,
    debugging: false,
    warn: null,
    listen: (listener) => host.listen(listener),
    connect: (a, b) => host.connect(a, b),
    beat: (intervalMs, fn) => host.beat(intervalMs, fn),
    keepSpare: () => host.keepSpare(),
    async startVm(name, listener, how): Promise<VmHandle> {
      const back = new Wire(random);
      const handle = await host.startVm(name, slowListener(listener, back), how);
      return { ...handle, control: slowControl(handle.control, new Wire(random), back) };
    },
  };
}
