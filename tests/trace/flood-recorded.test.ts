/** A flood while it is recorded: less is traced for a while, the run is the same, and what was recorded is not played wrongly. */
import { expect, test } from 'vitest';
import { Cast, replay } from '../../host-shim/replay/index.js';
import type { SimHost } from '../../host-shim/sim/index.js';
import { MemoryFile, openRecording, type RecordingLevel } from '../../trace/index.js';
import { application } from '../replay/applications/bank.js';
import { type BankWorld, openBank } from '../runtime/bank.js';
import { bank } from '../runtime/protocol/generated/index.js';

const noGuests = async (): Promise<never> => {
  throw new Error('there are no guests');
};

/** A host whose thread is busy, or a page that is hidden: it collects what was traced far too late. */
function late(host: SimHost): SimHost {
  const { beat } = host;
  host.beat = (intervalMs, fn) => beat.call(host, intervalMs === 100 ? 60_000 : intervalMs, fn);
  return host;
}

async function flood({ teller, pass }: BankWorld): Promise<void> {
  const deposit = () => teller.send(bank.receives.deposit, { account: 1, amount: 1 });
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 1_000; i++) deposit();
    await pass(1);
  }
  for (let i = 0; i < 6; i++) {
    await pass(600);
    deposit();
  }
  await pass(100);
}

async function floodRecorded(level: RecordingLevel | null, isLate: boolean) {
  const hostOf = isLate ? late : undefined;
  const world = await openBank({ placement: 'js', tracesWithin: 'budget', delay: { minMicros: 0, maxMicros: 0 }, hostOf });
  const levels: string[] = [];
  world.system.follow((steps) => {
    for (const step of steps) if (step.type === 'level') levels.push(step.why);
  });
  const file = new MemoryFile();
  const recording = level && (await world.until(world.system.record(file, { level })));
  await flood(world);
  await world.until(world.system.crash('bank'));
  world.teller.send(bank.receives.deposit, { account: 1, amount: 1 });
  await world.pass(500);
  const { divergent, traps } = await world.until(world.counters());
  const state = await world.until(world.system.snapshot('bank'));
  if (recording) await world.until(recording.stop());
  return { world, file, levels, run: { divergent, traps, receipts: world.receipts, state } };
}

for (const level of ['inputs', 'frames'] as const) {
  for (const isLate of [false, true]) {
    test(`${level}, ${isLate ? 'collected late' : 'collected in time'}: the run is the same, and nothing is played wrongly`, async () => {
      const calm = await floodRecorded(null, isLate);
      const recorded = await floodRecorded(level, isLate);
      expect(recorded.run.divergent).toBe(0);
      expect(recorded.run).toEqual(calm.run);
      expect(recorded.levels).toContain('flood');
      expect(recorded.levels).toContain('calm');
      const report = await replay(await openRecording(recorded.file), new Cast(application, noGuests));
      expect(report.firstDifference).toBe(null);
      expect(report.messages).toBeGreaterThan(0);
    });
  }
}
