/** A stage for tests of the hosts' ports: the five actors in one thread over a real host, and a page that records its messages. */
import type { VmListener } from '../../actors/contract/host.js';
import type { ActorOptions } from '../../actors/contract/instance.js';
import type { Port } from '../../actors/vm/port/port.js';
import type { VmDefinition } from '../../host-shim/common/definition.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { javaScriptActors } from '../../js-actors/index.js';
import type { MessageOf } from '../../protocol/fields.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { page } from '../../protocol/generated/page.js';
import { scene } from '../../protocol/generated/scene.js';
import type { HostOfPorts } from './host-conformance.js';

export const stageDefinition: VmDefinition = { parties: tandemParties, actors: javaScriptActors };
export const everythingHere = { wasm: false, sharedMemory: false, workers: false };

/** Metrics are flushed at once. */
const OPTIONS: Readonly<Record<string, ActorOptions>> = { metrics: { flushIntervalMs: 1 } };

type Commit = MessageOf<typeof scene, 'commit'>;

export class Stage {
  readonly page: Port<typeof page>;
  /** Nodes that had focus, in order. */
  readonly focused: number[] = [];
  /** Nodes that were activated, in order. */
  readonly activated: number[] = [];
  leaveRequests = 0;
  private changed: () => void = () => {};

  private constructor(readonly host: HostOfPorts) {
    this.page = host.vm.openPort<typeof page>(page, {
      onActivated: ({ node }) => void this.activated.push(node),
      onEdge() {},
      onNavigationBlocked() {},
      onDismissRequested() {},
      onLeaveRequested: () => {
        this.leaveRequests++;
        this.changed();
      },
      onFocusFocused: ({ node }) => {
        this.focused.push(node);
        this.changed();
      },
      onHistoryCurrent() {},
    });
    openTimerPort(host.vm, host.timers);
  }

  /** @param openPorts opens the tested ports */
  static async start(host: HostOfPorts, openPorts: (stage: Stage) => void = () => {}): Promise<Stage> {
    const stage = new Stage(host);
    openPorts(stage);
    const failing: VmListener = {
      async report(event) {
        if (event.type === 'ended')
          throw new Error(`${event.report.party}: ${event.report.reason}
${event.report.stack}`);
      },
      crashOf: async () => null,
      lost: (reason) => Promise.reject(new Error(reason)),
    };
    const js = await host.startVm('js', failing);
    await host.connect(host.local, js);
    const routes = tandemParties.map(({ role, address }) => [address, role === 'actor' ? ('js' as const) : ('host' as const)] as const);
    for (const { schema } of javaScriptActors)
      await js.control.spawn({ party: schema.name, epoch: 1, options: OPTIONS[schema.name] ?? {} });
    await Promise.all([host.local.control.setRoutes(routes), js.control.setRoutes(routes)]);
    await Promise.all([host.local.control.begin(), js.control.begin()]);
    stage.end = async () => {
      await Promise.all([js.terminate(), host.local.terminate()]);
    };
    return stage;
  }

  end: () => Promise<void> = async () => {};

  commit(changes: Partial<Commit>): void {
    const nothing = { creates: [], inserts: [], sets: [], strings: [], animations: [], cancels: [], removes: [], replaces: false };
    this.page.send(scene.receives.commit, { ...nothing, ...changes });
  }

  /** Resolves when messages to the page have made this true. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.changed = resolve;
      });
    }
  }
}

/** A screen of 200 by 100: a red box left (node 1), a green one right (node 2), and a text below them (node 3). */
export const TWO_BOXES: Partial<Commit> = {
  creates: [
    { node: 1, type: 'view' },
    { node: 2, type: 'view' },
    { node: 3, type: 'text' },
  ],
  inserts: [1, 2, 3].map((node) => ({ parent: 0, node, before: 0 })),
  sets: [
    ...settings(0, { width: 200, height: 100 }),
    ...settings(1, { x: 10, y: 10, width: 80, height: 40, colour: 0xff0000ff, focusable: 1 }),
    ...settings(2, { x: 110, y: 10, width: 80, height: 40, colour: 0x00ff00ff, focusable: 1, radius: 8 }),
    ...settings(3, { x: 10, y: 60, width: 180, height: 30, fontSize: 20, colour: 0xffffffff }),
  ],
  strings: [{ node: 3, value: 'Tandem' }],
};

export function settings(node: number, values: Partial<Record<Commit['sets'][number]['property'], number>>): Commit['sets'] {
  return Object.entries(values).map(([property, value]) => ({ node, property: property as Commit['sets'][number]['property'], value }));
}
