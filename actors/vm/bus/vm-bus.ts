/**
 * Carries frames in, out and within one VM: knows the kinds of frames, where parties are, which requests are open and when they are late,
 * and which frames have no room yet.
 *
 *   party ── gate ──> router ──┬──> mailbox of a party here
 *                              └──> link to another VM ──> router there
 *
 * Each request that nobody will answer any more fails here, in the name of the VM's runtime.
 */

import type { Kinds } from '../../../bus/kinds.js';
import { type OutgoingRequest, type RequestIdentity, RequestLedger } from '../../../bus/requests.js';
import { Router } from '../../../bus/router.js';
import { ERROR_CODES, type ErrorCode } from '../../../protocol/errors.js';
import { system } from '../../../protocol/generated/system.js';
import type { Address, Epoch, Sequence } from '../../../protocol/names.js';
import type { HeldFrame } from '../../contract/checkpoint.js';
import type { Routes } from '../../contract/control.js';
import type { LinkPositions, VmName } from '../../contract/instance.js';
import type { Crashes } from '../crash/crashes.js';
import type { Scheduler } from '../loop/scheduler.js';
import type { Tap } from '../tap/tap.js';
import type { VmOptions } from '../vm-options.js';
import type { GateBus } from './gate.js';
import { LostRequests } from './lost-requests.js';
import { OrphanedOutput } from './orphaned-output.js';
import { SystemSender, TopicResync } from './system-sender.js';
import { VmLinks } from './vm-links.js';

export class VmBus implements GateBus {
  readonly vm: VmName;
  /** Number of the VM's incarnation, and so of its ports' incarnations: 1 for the first. */
  readonly incarnation: number;
  readonly requests = new RequestLedger();
  readonly router: Router;
  readonly links: VmLinks;
  /** Sends what the runtime itself has to say. */
  readonly sender: SystemSender;
  readonly resync: TopicResync;
  readonly orphaned: OrphanedOutput;
  readonly lost: LostRequests;

  /**
   * @param served the parties of this VM that are served
   * @param wake asks the driver for a pump
   */
  constructor(
    options: VmOptions,
    readonly kinds: Kinds,
    readonly tap: Tap,
    private readonly crashes: Crashes,
    private readonly served: Pick<Scheduler, 'parties'>,
    readonly wake: () => void,
  ) {
    const { name: vm, parties, memory } = options;
    const { requests } = this;
    this.vm = vm;
    this.incarnation = memory?.incarnation ?? 1;
    this.router = new Router({
      kinds,
      tap,
      requests,
      bounce: (requester, request, kind, code) => this.fail({ requester, request, kind }, code),
      orphaned: (request) => this.withdraw([request]),
    });
    this.links = new VmLinks(options, this.router, wake);
    this.sender = new SystemSender(vm, this.incarnation, this);
    this.resync = new TopicResync(parties, this.router, this.sender);
    this.orphaned = new OrphanedOutput(this);
    this.lost = new LostRequests(options, this);
  }

  /** Watches the deadlines of requests that were not opened by gates. */
  watchDeadlines(): void {
    this.lost.watch(this.requests.nextDeadline);
  }

  /** Tells a requester that no reply will come; tells a port also which crash is the reason. */
  fail({ requester, request, kind }: Pick<RequestIdentity, 'requester' | 'request' | 'kind'>, code: ErrorCode): void {
    const { kinds } = this;
    const byCrash = kinds.party(requester).waits && (code === 'poisoned' || code === 'ended');
    const crashEpoch = byCrash ? this.crashes.epochOf(kinds.get(kind)?.owner ?? 0) : null;
    this.sender.tell(system.receives.requestFailed, requester, { request, requestKind: kind, code: ERROR_CODES.indexOf(code), crashEpoch });
    this.wake();
  }

  /** A port itself withdraws a late request, in order with what it has sent. */
  failOwn(request: OutgoingRequest, code: ErrorCode): void {
    this.fail(request, code);
    if (code === 'deadline' && !this.kinds.party(request.requester).waits) this.withdraw([request]);
  }

  /** Tells the parties that work on these requests that nobody waits for the answers any more. */
  withdraw(requests: readonly RequestIdentity[]): void {
    for (const { target, requester, request, kind } of requests)
      this.sender.tell(system.receives.withdrawn, target, { request, requester, requestKind: kind });
    if (requests.length > 0) this.wake();
  }

  private withdrawOrphaned(): void {
    this.withdraw(this.requests.inHand((request) => this.router.isOrphaned(request)));
  }

  attach(peer: VmName, transport: { readonly incoming: unknown; readonly outgoing: unknown }): void {
    this.links.attach(peer, transport);
    this.lost.linked(peer, (address) => this.kinds.party(address).forgets && this.links.vmOf(address) === peer);
    this.wake();
  }

  /** @throws Error for a party that this VM does not know: it would refuse all that comes from there */
  setRoutes(routes: Routes): void {
    const { links, router, kinds } = this;
    const stranger = routes.find(([address]) => !kinds.knows(address));
    if (stranger)
      throw new Error(`it knows no party at address ${stranger[0]}, which the system has: add that to the parties of its definition`);
    links.setRoutes(routes);
    this.lost.unreachable((address) => !router.hasRoute(address));
    this.withdraw(this.requests.inHand(({ requester }) => kinds.party(requester).forgets && !router.hasRoute(requester)));
    this.wake();
  }

  fence(address: Address, epoch: Epoch, lastSequence: Sequence): void {
    const { router } = this;
    router.fence(address, epoch, lastSequence);
    this.withdraw(this.requests.inHand((request) => request.requester === address && router.isOrphaned(request)));
  }

  /**
   * The VM was lost, and its actors handle frames again: ports that have started anew do not hear of it, nor does anybody here before all
   * are back.
   * @param local addresses
   */
  hush(local: readonly number[]): void {
    this.router.mute(local.filter((address) => this.kinds.party(address).forgets));
    this.router.holdLocal(true);
  }

  /**
   * All are back.
   * @param local addresses
   * @param poisoned frames that they had accepted and do not answer
   */
  unhush(local: readonly number[], poisoned: readonly Uint8Array[]): void {
    this.router.mute([]);
    this.router.holdLocal(false);
    for (const frame of poisoned) this.router.answerWithError('poisoned', frame, 0);
    this.lost.recovered((address) => local.includes(address) && this.kinds.party(address).forgets);
    this.withdrawOrphaned();
    this.watchDeadlines();
  }

  /** Everyone who is to be there is there. */
  begin(): void {
    this.router.begin();
    this.resync.begin();
  }

  /** Resolves when no output waits for room. @returns how far the links to other VMs were written */
  async written(): Promise<LinkPositions> {
    await this.until(() => !this.blocked);
    return this.links.flushedTo();
  }

  /** Resolves when links were drained, perhaps before this call, and `reached` holds. */
  async until(reached: () => boolean): Promise<void> {
    const waited = new Promise<void>((resolve) => this.links.when(reached, resolve));
    this.links.look();
    this.wake();
    await waited;
  }

  /** Whether something that was emitted waits for room. */
  get blocked(): boolean {
    return this.sender.gate.blocked || this.orphaned.size > 0 || this.served.parties.some(({ gate }) => gate.blocked);
  }

  /** Offers waiting frames again. @returns true when something left */
  retryHeld(): boolean {
    const { gate } = this.sender;
    let left = false;
    if (gate.blocked) left = gate.retry();
    for (const party of this.served.parties) if (party.gate.blocked) left = party.gate.retry() || left;
    this.orphaned.retry();
    return left;
  }

  /** Frames of parties, here or gone, that wait for room. */
  get held(): readonly Uint8Array[] {
    const gates = this.served.parties.flatMap(({ gate }) => gate.held);
    return [...gates, ...this.orphaned.held].map(({ frame }) => frame);
  }

  /** Frames of parties that are not here any more, and of the VM's runtime, that have not left. */
  get heldForNobody(): readonly HeldFrame[] {
    return [...this.orphaned.held, ...this.sender.gate.held];
  }

  end(): void {
    this.lost.end();
  }
}
