/** The notices that wait for a watcher that is down are bounded, and the parties that a schema watches must exist. */
import { expect, test } from 'vitest';
import type { EndNotice } from '../../actors/contract/control.js';
import { ChangeFeed } from '../../actors/supervisor/change-feed.js';
import { Directory } from '../../actors/supervisor/directory.js';
import { Monitors } from '../../actors/supervisor/monitors.js';
import { WATCH_NOTICES_MAX } from '../../protocol/limits.js';
import { anna, bert } from './application.js';
import { VirtualTime } from './virtual-time.js';

test('a watcher that is down is told in order when it runs; beyond the bound the oldest is sent to nobody', () => {
  const told: (readonly [number, EndNotice])[] = [];
  let up = false;
  const directory = new Directory([{ ...anna, watches: ['bert'] }, bert]);
  directory.runs = () => up;
  const tellEnded = async (watcher: number, notice: EndNotice) => void told.push([watcher, notice]);
  const monitors = new Monitors(directory, { tellEnded }, new ChangeFeed(new VirtualTime(), new VirtualTime()));
  const ends = WATCH_NOTICES_MAX + 3;
  monitors.ended(bert.address, 1, 'trap');
  monitors.ended(bert.address, 1, 'exhausted');
  monitors.ended(bert.address, ends, 'vmLost');
  monitors.ended(anna.address, 1, 'trap');
  expect(told.map(([, { epoch }]) => epoch)).toEqual([1, 2, 3]);
  up = true;
  monitors.up(anna.address);
  monitors.up(anna.address);
  monitors.ended(bert.address, ends + 1, 'stopped');
  expect(told.map(([, { epoch }]) => epoch)).toEqual(Array.from({ length: ends + 1 }, (_, index) => index + 1));
  expect(told.every(([watcher, { party }]) => watcher === anna.address && party === bert.address)).toBe(true);
  expect(told.map(([, { reason }]) => reason).filter((reason) => reason !== 'vmLost')).toEqual(['trap', 'stopped']);
});
