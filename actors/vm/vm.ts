/**
 * The runtime inside one VM: what it is made of, and the calls of its control plane. The same on every thread and in the
 * simulation; the host drives it by calling `pump` and hands it the platform as plain objects.
 *
 *   links --drain--> router --> mailboxes --batch--> actors and ports --> gate --> router --> links --flush-->
 */

import type { Kinds } from '../../bus/kinds.js';
import { system } from '../../protocol/generated/system.js';
import type { Address, Epoch, Frame, Microseconds, SavedStateBytes, Sequence } from '../../protocol/names.js';
import type {
  ActorHealth,
  DeadLetter,
  EndNotice,
  RecoverySpec,
  Routes,
  SpawnSpec,
  Trial,
  VmControl,
  VmCounters,
} from '../contract/control.js';
import type { CauseLink } from '../contract/events.js';
import type { Timers } from '../contract/host.js';
import type { LinkPositions, VmName } from '../contract/instance.js';
import type { Suspect } from '../contract/progress.js';
import type { PortHandlers, PortParty } from '../model/handlers.js';
import { wholeFrame } from './cell/rehearsal.js';
import { CellMap } from './cell-map.js';
import { Cells } from './cells.js';
import { CrashSites } from './crash/crashes.js';
import { VmDebugging } from './debugging.js';
import { Hearing } from './loop/hearing.js';
import { Pump } from './loop/pump.js';
import { Mover } from './mover.js';
import type { Port } from './port/port.js';
import { Recovery } from './recovery/recovery.js';
import { Runtime } from './runtime.js';
import type { Tap } from './tap/tap.js';
import { Tracer } from './trace/tracer.js';
import type { VmOptions } from './vm-options.js';
import { HostReports } from './watch/host-reports.js';
import { RuntimeMetrics } from './watch/runtime-metrics.js';

/** The saved bytes of a party without a state. */
const NOTHING = new Uint8Array(0);

export class Vm implements VmControl {
  readonly name: VmName;
  readonly moves: Mover;
  readonly debug: VmDebugging;
  readonly tracer: Tracer;
  private readonly cells: Cells;
  private readonly runtime: Runtime;
  private readonly recovery: Recovery;
  private readonly work: Pump;
  private readonly hearing: Hearing;
  private readonly reports: HostReports;
  private readonly sites: CrashSites;

  constructor(private readonly options: VmOptions) {
    this.name = options.name;
    const map = new CellMap(options.name);
    this.runtime = new Runtime(options, map, this.wake);
    const { runtime } = this;
    const { tap, bus } = runtime;
    this.cells = new Cells(runtime, map);
    this.recovery = new Recovery(runtime, this.cells);
    this.moves = new Mover(runtime, this.cells);
    this.work = new Pump(runtime, map);
    this.hearing = new Hearing(runtime, this.work, () => this.serves && !this.stands);
    this.debug = new VmDebugging(runtime, () => this.serves && this.work.step());
    this.reports = new HostReports(bus, options.events);
    this.sites = new CrashSites(tap.tell);
    const measuring = options.parties.find(({ measures }) => measures !== undefined);
    const metrics = measuring && new RuntimeMetrics(bus, measuring);
    // The report of a crash has what came before: so that is told first.
    tap.attach({ ended: () => this.tracer.tell() });
    for (const own of [runtime.crashes, this.reports, this.sites, metrics, runtime.durability]) if (own) tap.attach(own);
    if (options.listener) tap.listen(options.listener);
    this.tracer = new Tracer(runtime, map);
  }

  get kinds(): Kinds {
    return this.runtime.bus.kinds;
  }

  private get map(): CellMap {
    return this.cells.map;
  }

  /** Everything that happens in this VM passes the tap. */
  get tap(): Tap {
    return this.runtime.tap;
  }

  /** Whether the application stands, so that nothing is handled here. */
  get stands(): boolean {
    return this.runtime.scheduler.stands;
  }

  /** On the application's time: they stand with it. */
  get timers(): Timers {
    return this.options.timers;
  }

  /** What the application's clock says at a moment of the platform's. Both in microseconds. */
  timeAt(platformMicros: Microseconds): number {
    return platformMicros - (this.options.clock.behindMicros ?? 0);
  }

  private get serves(): boolean {
    return this.runtime.phase === 'serves';
  }

  /** Opens a port of this VM. The host's control plane makes its address known to the other VMs. */
  openPort<P extends PortParty>(schema: P, handlers: PortHandlers<P>): Port<P> {
    return this.cells.open({ schema, create: () => handlers, supervised: false }).create();
  }

  /**
   * Opens a port of application code: when a handler throws, or its promise is rejected, its supervisor restarts the port.
   * @param create makes the handlers of each incarnation anew, with the port that they send through; the first time when every actor runs
   */
  openSupervisedPort<P extends PortParty>(schema: P, create: (port: Port<P>) => PortHandlers<P>): void {
    this.cells.open({ schema, create, supervised: true });
  }

  /**
   * Serves links and mailboxes for about `budgetMicros`.
   * @returns true when more work waits; false when all is quiet and the links will call `wake`
   */
  pump(budgetMicros: number): boolean {
    if (!this.serves) return false;
    const more = this.work.run(budgetMicros);
    this.hearing.pumped(more, this.work.worked);
    return more;
  }

  /** Asks the driver for a pump. */
  private readonly wake = (): void => this.hearing.wake();

  /** Accepts a frame that a link has brought. @returns false when its target has no room */
  arrive(bytes: Uint8Array, at: number, length: number): boolean {
    if (!this.serves) return false;
    return this.runtime.bus.router.arrive(bytes, at, at + length);
  }

  /** Whether an actor or port waits for its supervisor to restart it. */
  get restarting(): boolean {
    return this.map.all.some(({ restarting }) => restarting);
  }

  async attach(peer: VmName, transport: { readonly incoming: unknown; readonly outgoing: unknown }): Promise<void> {
    this.runtime.bus.attach(peer, transport);
  }

  async setRoutes(routes: Routes): Promise<void> {
    this.runtime.bus.setRoutes(routes);
  }

  async spawn(spec: SpawnSpec): Promise<void> {
    await this.cells.spawn(spec);
    this.wake();
  }

  async restart(party: string, epoch: Epoch): Promise<void> {
    if (this.stands) await this.debug.over();
    this.cells.restart(party, epoch);
    this.wake();
  }

  async permit(party: string, epoch: Epoch): Promise<void> {
    this.map.withStateNamed(party).deaths.permit.grant(epoch);
  }

  async end(party: string): Promise<number> {
    return this.map.withStateNamed(party).end();
  }

  async stop(party: string): Promise<SavedStateBytes> {
    const savedState = this.cells.stop(party);
    this.wake();
    // Otherwise no checkpoint would contain what it sent last, and its last state.
    if (savedState && this.runtime.phase !== 'ended') await this.runtime.durability.make();
    return savedState ?? NOTHING;
  }

  async letGo(party: string): Promise<void> {
    this.map.savedStates.delete(party);
  }

  async snapshot(party: string): Promise<SavedStateBytes> {
    const cell = this.map.withStateNamed(party);
    this.reports.asked(cell.address);
    return cell.savedState();
  }

  async replace(party: string, address: string): Promise<void> {
    const factory = await this.options.loadImplementation?.(party, address);
    await factory?.load?.();
    if (factory && this.runtime.phase !== 'ended') this.cells.replace(factory);
  }

  async fence(address: Address, epoch: Epoch, lastSequence: Sequence): Promise<void> {
    this.runtime.bus.fence(address, epoch, lastSequence);
  }

  async tellEnded(watcher: Address, notice: EndNotice): Promise<void> {
    this.runtime.bus.sender.tell(system.receives.ended, watcher, notice);
    this.wake();
  }

  async setAnimating(animating: boolean): Promise<void> {
    this.runtime.scheduler.setAnimating(animating);
    this.options.onAnimating?.(animating);
    this.wake();
  }

  async setTrapRate(rate: number, seed: number): Promise<void> {
    this.runtime.trapRate.set(rate, seed);
  }

  async crash(party: string): Promise<void> {
    this.map.named(party).injectFault('trap');
  }

  async hang(party: string): Promise<void> {
    this.map.named(party).injectFault('hang');
  }

  async causes(source: Address, sequence: Sequence): Promise<readonly CauseLink[]> {
    return this.runtime.crashes.causes(source, sequence);
  }

  async locate(party: string, epoch: Epoch): Promise<string> {
    await this.sites.ready(party, epoch);
    const position = this.sites.locate(party, epoch);
    this.wake();
    return position;
  }

  async health(): Promise<readonly ActorHealth[]> {
    return this.map.stateful.map((cell) => cell.health());
  }

  async counters(): Promise<VmCounters> {
    const { bus, tap } = this.runtime;
    const nameOf = (address: Address) => this.kinds.partyName(address);
    const waiting = this.runtime.scheduler.parties.map(({ mailbox, gate }) => mailbox.frames() + (gate.blocked ? 1 : 0));
    return {
      sent: tap.sent.toRecord(nameOf),
      handled: tap.received.toRecord(nameOf),
      ...bus.router.stats,
      ...this.map.counts,
      deadLetters: tap.deadLetters.count,
      waiting: waiting.reduce((sum, more) => sum + more, bus.orphaned.size),
      deaf: this.hearing.count,
    };
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    return this.tap.deadLetters.list();
  }

  async tryFrame(party: string, frame: Frame): Promise<Trial> {
    const cell = this.map.withStateNamed(party);
    return cell.tryFrame(wholeFrame(frame, cell.address));
  }

  async deliverAgain(party: string, frame: Frame): Promise<void> {
    const cell = this.map.named(party);
    cell.deliverAgain(wholeFrame(frame, cell.address));
    this.wake();
  }

  async recover(specs: readonly RecoverySpec[], checkpoint: Uint8Array | undefined, suspects: readonly Suspect[]): Promise<void> {
    await this.recovery.run(specs, checkpoint, suspects);
  }

  async begin(): Promise<void> {
    this.runtime.bus.begin();
    for (const cell of this.map.all) cell.open();
    this.wake();
  }

  written(): Promise<LinkPositions> {
    return this.runtime.bus.written();
  }

  async served(positions: LinkPositions): Promise<number> {
    await this.cells.served(positions);
    return this.tap.received.total;
  }

  /** Makes the VM stand still: nothing in it moves any more, as if its thread never came back. */
  freeze(): void {
    this.close();
    this.tracer.close();
    this.runtime.durability.end();
    this.tap.progress.end();
    this.tap.end();
    this.runtime.bus.router.silence();
  }

  private close(): void {
    this.runtime.phase = 'ended';
    this.hearing.end();
    this.runtime.bus.end();
    this.runtime.scheduler.end();
  }

  /** The VM is lost, but its thread is not: whatever still runs in it must not touch the memory of the next incarnation. */
  abandon(): void {
    this.freeze();
    this.runtime.bus.links.detach();
    for (const cell of this.map.all) cell.close();
  }

  async shutdown(): Promise<void> {
    if (this.runtime.phase === 'ended') return;
    this.close();
    for (const { name, stays } of this.map.all) if (!stays) this.cells.stop(name);
    for (const cell of this.map.all) cell.close();
    this.runtime.bus.links.close();
    await this.tracer.end();
  }
}
