/** What the runtime of a VM itself says to parties, under an address of its own. */
import type { RequestIdentity } from '../../bus/requests.js';
import { HOST_RUNTIME, JS_RUNTIME, WASM_RUNTIME } from '../../protocol/addresses.js';
import { ERROR_CODES, type ErrorCode } from '../../protocol/errors.js';
import { system } from '../../protocol/generated/system.js';
import type { EndNotice } from '../contract/control.js';
import type { VmName } from '../contract/instance.js';
import { OutboxBuilder } from '../model/outbox-builder.js';
import { firstSequenceOf, Gate, type GateServices } from './cell/gate.js';

/** Addresses of the VMs' runtimes, as sources of system messages. */
export const RUNTIME_ADDRESS: Record<VmName, number> = { host: HOST_RUNTIME, js: JS_RUNTIME, wasm: WASM_RUNTIME };

export class SystemSender {
  readonly gate: Gate;
  private readonly outbox = new OutboxBuilder();

  constructor(vm: VmName, incarnation: number, services: GateServices) {
    this.gate = new Gate(RUNTIME_ADDRESS[vm], services);
    this.gate.epoch = incarnation;
    this.gate.sequence = firstSequenceOf(incarnation);
  }

  /** Tells a requester that no reply will come. @param crashEpoch incarnation whose crash is why; null for none */
  tellFailed(requester: number, request: number, requestKind: number, code: ErrorCode, crashEpoch: number | null): void {
    this.outbox.begin();
    this.outbox.append(system.receives.requestFailed, requester, { request, requestKind, code: ERROR_CODES.indexOf(code), crashEpoch });
    this.gate.release(this.outbox.bytes, 0, this.outbox.length);
  }

  /** Tells who has a request in hand that nobody waits for the answer any more. */
  tellWithdrawn({ target, requester, request, kind }: RequestIdentity): void {
    this.outbox.begin();
    this.outbox.append(system.receives.withdrawn, target, { request, requester, requestKind: kind });
    this.gate.release(this.outbox.bytes, 0, this.outbox.length);
  }

  /** Tells a party that an incarnation of one that it watches has ended. */
  tellEnded(watcher: number, notice: EndNotice): void {
    this.outbox.begin();
    this.outbox.append(system.receives.ended, watcher, notice);
    this.gate.release(this.outbox.bytes, 0, this.outbox.length);
  }

  /** Asks the owner of a topic to publish the whole of it. */
  askFresh(topic: number, owner: number, follower: number): void {
    this.outbox.begin();
    this.outbox.append(system.receives.refresh, owner, { topic, follower });
    this.gate.release(this.outbox.bytes, 0, this.outbox.length);
  }
}
