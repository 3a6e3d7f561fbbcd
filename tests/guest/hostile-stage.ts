/** A hostile guest in the Wasm VM, beside an honest one that must not notice, and two ports that talk to them. */

import type { System } from '../../actors/application/supervised-system.js';
import { type SystemOptions, startSystem } from '../../actors/application/system.js';
import type { Host } from '../../actors/contract/host.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import type { Port } from '../../actors/vm/port/port.js';
import type { Vm } from '../../actors/vm/vm.js';
import { type Lie, wayOf } from './hostile-guest.js';
import { parties } from './hostile-world.js';
import { base, onlooker, trap, trapper } from './protocol/generated/index.js';

export interface HostileStageOptions extends Partial<SystemOptions> {
  /** Whether the hostile guest has a JavaScript twin. */
  readonly twin?: boolean;
}

export class HostileStage {
  readonly sums: number[] = [];
  readonly changes: SystemChange[] = [];
  readonly trapper: Port<typeof trapper>;
  private readonly onlooker: Port<typeof onlooker>;
  private asked = 0;
  answered = 0;
  private started: System | null = null;

  constructor(private readonly host: Host & { readonly vm: Vm }) {
    this.trapper = host.vm.openPort(trapper, { onSum: ({ sum }) => void this.sums.push(sum), onFilling() {} });
    this.onlooker = host.vm.openPort(onlooker, { onEnded() {} } as never);
  }

  async start({ twin = true, ...options }: HostileStageOptions = {}): Promise<void> {
    const actors = [
      { schema: trap, twins: { js: twin, wasm: true } },
      { schema: base, twins: { js: false, wasm: true } },
    ];
    this.started = await startSystem(this.host, { parties, actors, placement: 'wasm', ...options });
    this.started.onChange((change) => this.changes.push(change));
  }

  get system(): System {
    if (!this.started) throw new Error('the stage is not open');
    return this.started;
  }

  add(number: number): void {
    this.trapper.send(trap.receives.add, { number });
  }

  lie(lie: Lie): void {
    this.trapper.send(trap.receives.trap, { way: wayOf(lie) });
  }

  /** Asks the honest guest. Resolves when it has answered. */
  async ask(): Promise<void> {
    this.asked++;
    await this.onlooker.request(base.receives.question, { later: 0 });
    this.answered++;
  }

  get unanswered(): number {
    return this.asked - this.answered;
  }

  /** Number of lost VMs. */
  get losses(): number {
    return this.changes.filter((change) => change.type === 'vm' && (change.state === 'restarting' || change.state === 'lost')).length;
  }

  get crashes() {
    return this.changes.flatMap((change) => (change.type === 'crash' ? [change.report] : []));
  }

  get poisoned() {
    return this.changes.flatMap((change) => (change.type === 'poisoned' ? [change.report] : []));
  }

  actor(name: string) {
    return this.system.actors.find(({ actor }) => actor === name);
  }
}
