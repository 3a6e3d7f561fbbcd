/**
 * The end of everything by order: the actors in reverse order of their start, as the tree of supervisors has it, then the VMs.
 *
 * The catch: a VM that hangs cannot stop its other actors either. Its thread is ended then, instead of waiting for each of them.
 */
import type { VmName } from '../contract/instance.js';
import { codeOf } from './control-failure.js';
import type { StopOutcome, StopReport } from './stop-report.js';
import type { StopResult, SupervisedActor } from './supervised-actor.js';
import type { SupervisedVm } from './supervised-vm.js';

export interface ShutdownServices {
  /** In the order of their start. */
  readonly actors: () => readonly SupervisedActor[];
  readonly vms: () => readonly SupervisedVm[];
  /** Ends the tree of supervisors, and with it the actors. */
  readonly endTree: () => Promise<void>;
  /** Lets go of what the host keeps for these VMs. */
  readonly release: (vms: readonly VmName[]) => Promise<void>;
}

export class Shutdown {
  private readonly outcomes = new Map<string, StopOutcome>();

  constructor(private readonly services: ShutdownServices) {}

  /** Never rejects. */
  async run(): Promise<StopReport> {
    const actors = [...this.services.actors()].reverse();
    await this.services.endTree();
    // What was down for its supervisor, or on its way there, may still be in its VM.
    for (const actor of actors) await actor.stop();
    const report = actors.map(({ name, vm }) => ({
      actor: name,
      outcome: this.outcomes.get(name) ?? (this.vm(vm)?.state === 'stopped' ? 'killed' : 'down'),
    }));
    const vms = [...this.services.vms()];
    for (const vm of [...vms].reverse()) await vm.end('stop');
    await this.services.release(vms.map(({ name }) => name));
    return report;
  }

  /** An actor was stopped meanwhile. */
  async note({ name, vm }: SupervisedActor, { outcome, error }: StopResult): Promise<void> {
    this.outcomes.set(name, outcome);
    const hangs = outcome === 'killed' && codeOf(error) === 'deadline';
    if (hangs && this.vm(vm)?.state !== 'stopped') await this.kill(vm);
  }

  private vm(name: VmName): SupervisedVm | undefined {
    return this.services.vms().find((vm) => vm.name === name);
  }

  private async kill(name: VmName): Promise<void> {
    await this.vm(name)?.end('kill');
    const actors = this.services.actors().filter(({ vm }) => vm === name);
    for (const actor of actors) actor.vmLost(`VM ${name} did not answer and was ended`);
  }
}
