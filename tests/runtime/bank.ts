/** The bank application: two actors and two ports on the simulated host, for the tests of the runtime. */

import type { System } from '../../actors/application/supervised-system.js';
import { type SystemOptions, startSystem } from '../../actors/application/system.js';
import type { VmCounters } from '../../actors/contract/control.js';
import type { Host } from '../../actors/contract/host.js';
import { decodeSavedState } from '../../actors/contract/snapshot.js';
import type { Twins } from '../../actors/contract/states.js';
import type { Storage } from '../../actors/contract/storage.js';
import { Actor, type Handlers, type RequestToken } from '../../actors/model/actor.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import { OutboxBuilder } from '../../actors/model/outbox-builder.js';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import type { Intensity } from '../../actors/supervisor/intensity.js';
import type { Escalation, SupervisorSpec } from '../../actors/supervisor/supervision.js';
import type { Port } from '../../actors/vm/port/port.js';
import type { Vm } from '../../actors/vm/vm.js';
import { createSimHost, type SimHost, type SimHostOptions } from '../../host-shim/sim/index.js';
import { HOST_RUNTIME } from '../../protocol/addresses.js';
import type { BoundMessage } from '../../protocol/bind.js';
import type { ErrorCode } from '../../protocol/errors.js';
import type { MessageFields, MessageOf, PublicationOf, StateOf } from '../../protocol/fields.js';
import { EPOCH_OFFSET, SEQUENCE_OFFSET, writeU32, writeU53 } from '../../protocol/frame.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { bank, counterdesk, stranger, teller, watcher } from './protocol/generated/index.js';

export { bank, counterdesk, stranger, teller, watcher };

export const parties = [bank, watcher, teller, stranger, counterdesk, ...tandemParties];

export class Bank extends Actor<typeof bank> implements Handlers<typeof bank> {
  private accounts: number[] = [0, 0, 0, 0];
  protected waiting: RequestToken[] = [];
  constructor() {
    super(bank);
  }
  private get total(): number {
    return this.accounts.reduce((sum, amount) => sum + amount, 0);
  }
  onDeposit({ account, amount }: MessageOf<typeof bank, 'deposit'>): void {
    this.accounts[account] += amount;
    this.send(teller.receives.receipt, { account, amount: this.accounts[account] });
    this.publish(bank.publishes.total, { amount: this.total });
  }
  onExplode({ account }: MessageOf<typeof bank, 'explode'>): void {
    this.onDeposit({ account, amount: 1_000_000 });
    throw new Error('the vault is on fire');
  }
  onBalance({ account }: MessageOf<typeof bank, 'balance'>): void {
    this.reply(this.requestToken, bank.receives.balance, { amount: this.accounts[account] });
  }
  onWait(): void {
    this.waiting.push(this.requestToken);
  }
  onSettle(): void {
    for (const token of this.waiting) this.reply(token, bank.receives.wait, { amount: this.total });
    this.waiting = [];
  }
  onPoison({ note }: MessageOf<typeof bank, 'poison'>): void {
    throw new Error(note);
  }
  onNote(_fields: MessageOf<typeof bank, 'note'>): void {}
  onRumour(): void {}
  override onRefresh(): void {
    this.publishFresh(bank.publishes.total, { amount: this.total });
  }
  snapshot(): StateOf<typeof bank> {
    return { accounts: this.accounts, waiting: this.waiting };
  }
  restore({ accounts, waiting }: StateOf<typeof bank>): void {
    this.accounts = accounts;
    this.waiting = waiting;
  }
}

export class Watcher extends Actor<typeof watcher> implements Handlers<typeof watcher> {
  private totals: number[] = [];
  private answers: string[] = [];
  constructor() {
    super(watcher);
  }
  onBankTotal({ amount }: PublicationOf<typeof bank, 'total'>): void {
    this.totals.push(amount);
  }
  onLook({ account }: MessageOf<typeof watcher, 'look'>): void {
    this.request(bank.receives.balance, { account });
  }
  onHang(): void {
    this.request(bank.receives.wait, {});
  }
  onConsult({ text }: MessageOf<typeof watcher, 'consult'>): void {
    this.request(counterdesk.receives.ask, { text });
  }
  onAskReply(_request: number, { served }: MessageFields<typeof counterdesk.receives.ask.reply>): void {
    this.answers.push(`served ${served}`);
  }
  onBalanceReply(_request: number, { amount }: MessageFields<typeof bank.receives.balance.reply>): void {
    this.answers.push(`balance ${amount}`);
  }
  onWaitReply(_request: number, { amount }: MessageFields<typeof bank.receives.wait.reply>): void {
    this.answers.push(`settled ${amount}`);
  }
  override onRequestFailed(_request: number, _kind: number, code: ErrorCode): void {
    this.answers.push(code);
  }
  onReport(): void {
    this.reply(this.requestToken, watcher.receives.report, { totals: this.totals, answers: this.answers });
  }
  snapshot(): StateOf<typeof watcher> {
    return { totals: this.totals, answers: this.answers };
  }
  restore({ totals, answers }: StateOf<typeof watcher>): void {
    this.totals = totals;
    this.answers = answers;
  }
}

/** An implementation that may replace the bank: the same actor with a defect. */
export type MakeBank = () => Bank;

const factoriesOf = (makeBank: MakeBank, makeWatcher: () => Watcher) => [
  javaScriptActorFactory(bank, makeBank, parties),
  javaScriptActorFactory(watcher, makeWatcher, parties),
];

export interface BankWorld {
  readonly host: SimHost;
  readonly system: System;
  readonly teller: Port<typeof teller>;
  readonly stranger: Port<typeof stranger>;
  readonly receipts: MessageOf<typeof teller, 'receipt'>[];
  readonly totals: number[];
  /** Ends of the counterdesk, as the teller is told of them. */
  readonly ends: readonly string[];
  readonly portErrors: unknown[];
  /** Lets virtual time pass. */
  pass(milliseconds: number): Promise<void>;
  /** Lets virtual time pass until the promise has settled. */
  until<T>(promise: Promise<T>): Promise<T>;
  counters(): Promise<VmCounters>;
  state(actor: string): Promise<Uint8Array>;
}

export interface BankOptions extends Partial<SimHostOptions> {
  /** `js` when not given. */
  readonly placement?: string;
  readonly intensity?: number;
  readonly supervision?: SupervisorSpec;
  readonly vmIntensity?: Intensity;
  readonly circuit?: SystemOptions['circuit'];
  /** Both when not given. Both VMs have the same implementation, so that two VMs can be in the game. */
  readonly twins?: Readonly<Record<string, Twins>>;
  readonly hangMs?: number;
  readonly makeBank?: MakeBank;
  readonly makeWatcher?: () => Watcher;
  /** Opens the counterdesk, in the VM where it is to be: `js` when not given. */
  readonly ports?: (vm: Vm) => void;
  readonly deskVm?: 'host' | 'js';
  /** What the system is started on, in place of the simulated host itself. */
  readonly hostOf?: (host: SimHost) => Host;
  /** Where the actors' states are kept; nowhere when not given. */
  readonly storage?: Storage;
  readonly escalation?: Escalation;
  readonly onChange?: (change: SystemChange) => void;
  /** In place of `startSystem`. */
  readonly start?: (host: Host, options: SystemOptions) => Promise<System>;
}

export async function openBank({
  placement = 'js',
  intensity = 1000,
  supervision,
  vmIntensity,
  circuit,
  twins = {},
  hangMs,
  makeBank = () => new Bank(),
  makeWatcher = () => new Watcher(),
  ports,
  deskVm = 'js',
  hostOf = (host) => host,
  storage,
  escalation,
  onChange,
  start = startSystem,
  ...options
}: BankOptions = {}): Promise<BankWorld> {
  const portErrors: unknown[] = [];
  const host = createSimHost({
    seed: 1,
    parties,
    vms: {
      js: { load: async () => ({ parties, actors: factoriesOf(makeBank, makeWatcher), ports: deskVm === 'js' ? ports : undefined }) },
      wasm: { load: async () => ({ parties, actors: factoriesOf(makeBank, makeWatcher) }) },
    },
    onPortError: (_port, error) => portErrors.push(error),
    ...options,
  });
  const ends: string[] = [];
  const receipts: MessageOf<typeof teller, 'receipt'>[] = [];
  const totals: number[] = [];
  const tellerPort = host.vm.openPort(teller, {
    onReceipt: (receipt) => receipts.push(receipt),
    onBankTotal: ({ amount }) => void totals.push(amount),
    onEnded: (_party, epoch, reason) => void ends.push(`${epoch} ${reason}`),
  });
  const strangerPort = host.vm.openPort(stranger, {});
  // Whoever follows has to be somewhere: what is published to nobody is a dead letter.
  if (!ports) host.vm.openPort(counterdesk, { onCall() {}, onAsk() {}, onBankTotal() {} });
  else if (deskVm === 'host') ports(host.vm);
  const bothTwins = { js: true, wasm: true };
  const actors = [bank, watcher].map((schema) => ({ schema, twins: twins[schema.name] ?? bothTwins, persistent: true }));
  const system = await start(hostOf(host), {
    parties,
    actors,
    supervision,
    placement,
    portVms: { counterdesk: ports ? deskVm : 'host' },
    intensity,
    vmIntensity,
    circuit,
    hangMs,
    storage,
    escalation,
    onChange,
  });
  return {
    host,
    system,
    teller: tellerPort,
    stranger: strangerPort,
    receipts,
    totals,
    ends,
    portErrors,
    pass: (milliseconds) => host.pass(milliseconds),
    until: (promise) => host.until(promise),
    counters: () => system.counters(),
    state: async (actor) => decodeSavedState(await system.snapshot(actor)).snapshot,
  };
}

let posted = 1_000;

/** Puts messages from the host's runtime into one mailbox at the same moment, so that they are handled as one batch. */
export function arriveTogether(
  world: Pick<BankWorld, 'host'>,
  ...messages: readonly (readonly [message: unknown, fields: object])[]
): void {
  const outbox = new OutboxBuilder(HOST_RUNTIME);
  for (const [message, fields] of messages) {
    outbox.begin();
    outbox.append(message as BoundMessage, (message as BoundMessage).owner, fields as never);
    writeU53(outbox.bytes, SEQUENCE_OFFSET, ++posted);
    writeU32(outbox.bytes, EPOCH_OFFSET, 1);
    world.host.arrive('js', outbox.bytes, 0, outbox.length);
  }
}
