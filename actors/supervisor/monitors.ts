/**
 * Tells those who watch: exactly one notice for the end of each incarnation of a party that their schema `watches`.
 *
 *   epoch rises, or the party is down ─> every epoch up to then that nobody was told of ─> its watchers: at once, or when they are up
 *
 * Epochs only rise, so one number for each watched party says what has been told. The catch: a watcher that is down is told when it runs
 * again, and the number of notices that wait for it is bounded. Beyond that its oldest notice is sent all the same, and becomes a dead
 * letter.
 */

import type { EndReason } from '../../protocol/generated/system.js';
import { WATCH_NOTICES_MAX } from '../../protocol/limits.js';
import type { Address, Epoch } from '../../protocol/names.js';
import type { EndNotice, VmControl } from '../contract/control.js';
import type { ChangeFeed } from './change-feed.js';
import type { Directory } from './directory.js';

export class Monitors {
  /** Addresses of the watchers, for each watched party. */
  private readonly watchers = new Map<number, number[]>();
  /** Last epoch whose end was told, for each watched party. */
  private readonly told = new Map<number, number>();
  private readonly waiting = new Map<number, EndNotice[]>();

  /** @param control of the host's own VM: notices leave from its runtime, in the order of the calls */
  constructor(
    private readonly directory: Directory,
    private readonly control: Pick<VmControl, 'tellEnded'>,
    private readonly changes: ChangeFeed,
  ) {
    const { schemas: parties } = directory;
    for (const { name, address } of parties) {
      const watchers = parties.filter(({ watches }) => watches.includes(name));
      if (watchers.length > 0)
        this.watchers.set(
          address,
          watchers.map((watcher) => watcher.address),
        );
    }
  }

  /** All incarnations of the party up to this epoch have ended, and the last of them for this reason. */
  ended(party: Address, epoch: Epoch, reason: EndReason): void {
    const watchers = this.watchers.get(party);
    const told = this.told.get(party) ?? 0;
    if (!watchers || epoch <= told) return;
    this.told.set(party, epoch);
    for (let each = told + 1; each <= epoch; each++) for (const watcher of watchers) this.notify(watcher, { party, epoch: each, reason });
  }

  /** A party runs: it is told what ended while it did not. */
  up(address: Address): void {
    const notices = this.waiting.get(address);
    this.waiting.delete(address);
    for (const notice of notices ?? []) this.tell(address, notice);
  }

  private notify(watcher: Address, notice: EndNotice): void {
    if (this.directory.runs(watcher)) {
      this.tell(watcher, notice);
      return;
    }
    const notices = this.waiting.get(watcher) ?? [];
    this.waiting.set(watcher, notices);
    notices.push(notice);
    if (notices.length > WATCH_NOTICES_MAX) this.tell(watcher, notices.shift() as EndNotice);
  }

  private tell(watcher: Address, notice: EndNotice): void {
    this.control.tellEnded(watcher, notice).catch((error) => this.changes.controlFailed(error));
  }
}
