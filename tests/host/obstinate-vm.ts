/** A real worker at its worst: it answers some control calls, refuses one, leaves one unanswered, and can be told to end its thread. */
import type { Endpoint } from 'comlink';
import type { VmControl } from '../../actors/contract/control.js';
import type { CrashReport, VmEvents } from '../../actors/contract/events.js';
import { type Boot, exposeVm } from '../../host-shim/common/service.js';

export interface ObstinateWorker {
  readonly endpoint: Endpoint;
  readonly holdLife: (lifeLock: string) => Promise<void>;
  /** Ends the thread without an error, as its own program may. */
  readonly endSilently: () => void;
}

const never = new Promise<never>(() => {});

function hang(): never {
  for (;;);
}

export function serveObstinateVm({ endpoint, holdLife, endSilently }: ObstinateWorker): void {
  exposeVm(endpoint, async ({ lifeLock }) => {
    await holdLife(lifeLock);
    return start;
  });

  async function start(boot: Boot, events: VmEvents): Promise<VmControl> {
    if (boot.name === 'wasm') throw new Error('no such guest');
    const crashes: Record<string, () => void> = {
      throw: () =>
        queueMicrotask(() => {
          throw new Error('a bug in the VM');
        }),
      reject: () => void Promise.reject(new Error('a rejection that nobody handles')),
      silent: endSilently,
      hang,
      report: () => events.report({ type: 'ended', report: { party: 'scene', reason: 'unreachable' } as CrashReport }),
    };
    const control: Partial<VmControl> = {
      health: async () => [],
      snapshot: async (actor) => new TextEncoder().encode(actor),
      stop: async (actor) => {
        throw new Error(`no actor ${actor}`);
      },
      deadLetters: () => never,
      crash: async (how) => crashes[how](),
    };
    return control as VmControl;
  }
}
