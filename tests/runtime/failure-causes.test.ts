/** A request that fails because its target has crashed names the crash and its place. */
import { describe, expect, test } from 'vitest';
import type { CrashQuestion, CrashReport } from '../../actors/contract/events.js';
import { CrashCauses } from '../../actors/supervisor/crash-causes.js';
import { Directory } from '../../actors/supervisor/directory.js';
import { RequestError } from '../../protocol/errors.js';
import type { MessageOf } from '../../protocol/fields.js';
import { CONTROL_DEADLINE_MS, CRASH_REASON_CHARACTERS_MAX, CRASHES_KNOWN_MAX } from '../../protocol/limits.js';
import { VirtualTime } from '../supervisor/virtual-time.js';
import { Bank, type BankWorld, bank, counterdesk, openBank } from './bank.js';

const failureOf = (world: BankWorld, request: Promise<unknown>): Promise<RequestError> =>
  world.until(
    request.then(
      () => Promise.reject(new Error('it was answered')),
      (error) => error,
    ),
  );

/** At which what is asked is the crash itself. */
class Fragile extends Bank {
  override onBalance({ account }: MessageOf<typeof bank, 'balance'>): void {
    throw new Error(`no account ${account}`);
  }
}

describe.each(['js', 'wasm'])('an actor in the VM %s', (placement) => {
  test('poisoned: the crash at its request', async () => {
    const world = await openBank({ placement, makeBank: () => new Fragile() });
    const error = await failureOf(world, world.teller.request(bank.receives.balance, { account: 1 }));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({
      code: 'poisoned',
      cause: {
        name: 'CrashError',
        id: 'bank 2',
        party: 'bank',
        epoch: 2,
        reason: 'no account 1',
        position: expect.stringMatching(/failure-causes\.test\.ts:\d+:\d+$/),
      },
    });
    const report = world.system.crashReports.findLast(({ party, epoch }) => `${party} ${epoch}` === (error.cause as { id: string }).id);
    expect(error.cause).toMatchObject({ reason: report?.reason, position: report?.position });
  });
});

test('each of several requests that arrived together has its own crash', async () => {
  const world = await openBank({ makeBank: () => new Fragile() });
  const requests = [1, 2, 3].map((account) => failureOf(world, world.teller.request(bank.receives.balance, { account })));
  const causes = (await Promise.all(requests)).map(({ cause }) => cause);
  expect(causes).toMatchObject([1, 2, 3].map((account) => ({ epoch: 2 * account, reason: `no account ${account}` })));
});

test('ended, and unreachable from then on: the crash that exhausted its supervisor', async () => {
  const world = await openBank({ intensity: 0 });
  const kept = failureOf(world, world.teller.request(bank.receives.wait, {}, { deadlineMs: 60_000 }));
  await world.pass(10);
  world.teller.send(bank.receives.explode, { account: 1 });
  const cause = { name: 'CrashError', id: 'bank 1', reason: 'the vault is on fire', position: expect.stringContaining('bank.ts:') };
  expect(await kept).toMatchObject({ code: 'ended', cause });
  await world.pass(10);
  expect(await failureOf(world, world.teller.request(bank.receives.wait, {}))).toMatchObject({ code: 'unreachable', cause });
});

test('stopped by a command, or slow after a crash that is long past: no cause', async () => {
  const world = await openBank();
  const withoutCause = async (code: string, request: Promise<unknown>) => {
    const error = await failureOf(world, request);
    expect([error.code, 'cause' in error]).toEqual([code, false]);
  };
  world.teller.send(bank.receives.explode, { account: 1 });
  await world.pass(100);
  expect(world.system.crashReports).toHaveLength(2);
  await withoutCause('deadline', world.teller.request(bank.receives.wait, {}));
  const kept = withoutCause('ended', world.teller.request(bank.receives.wait, {}));
  await world.pass(10);
  await world.until(world.system.stopActor('bank'));
  await kept;
  await withoutCause('unreachable', world.teller.request(bank.receives.wait, {}));
});

test('a hang that it has survived is not the cause when an actor is stopped by a command', async () => {
  const hangMs = 500;
  const world = await openBank({ hangMs });
  await world.system.hang('bank');
  const kept = failureOf(world, world.teller.request(bank.receives.wait, {}, { deadlineMs: 60_000 }));
  await world.pass(3 * hangMs);
  expect(world.system.crashReports).toMatchObject([{ party: 'bank', epoch: 1, reason: `hang: no progress in ${hangMs} ms` }]);
  await world.until(world.system.stopActor('bank'));
  const error = await kept;
  expect([error.code, 'cause' in error]).toEqual(['ended', false]);
});

test('the VM was lost: that is the crash of a port that had the request', async () => {
  const world = await openBank({
    ports: (vm) => vm.openSupervisedPort(counterdesk, () => ({ onCall() {}, onAsk() {}, onBankTotal() {} })),
  });
  const kept = failureOf(world, world.teller.request(counterdesk.receives.ask, { text: 'keep' }, { deadlineMs: 60_000 }));
  await world.pass(10);
  world.host.lose('js', 'exit with code 1');
  expect(await kept).toMatchObject({
    code: 'ended',
    cause: { id: 'counterdesk 1', reason: expect.stringMatching(/^VM js was lost: exit with code 1/), position: '' },
  });
});

describe.each(['host', 'js'] as const)('a port in the VM %s', (deskVm) => {
  test('that throws: its requester gets the crash, and so does a requester that waits for another answer', async () => {
    const world = await openBank({
      deskVm,
      ports: (vm) =>
        vm.openSupervisedPort(counterdesk, () => ({
          onCall() {},
          onAsk({ text }) {
            if (text !== 'keep') throw new Error(`no ${text}`);
          },
          onBankTotal() {},
        })),
    });
    await world.pass(10);
    const [kept, asked] = ['keep', 'forms'].map((text) => failureOf(world, world.teller.request(counterdesk.receives.ask, { text })));
    const cause = { party: 'counterdesk', reason: 'no forms', position: expect.stringContaining('failure-causes.test.ts:') };
    expect(await kept).toMatchObject({ code: 'ended', cause: { ...cause, epoch: 1 } });
    expect(await asked).toMatchObject({ code: 'poisoned', cause: { ...cause, epoch: 2 } });
  });

  test('that nobody restarts throws: requesters that wait in vain are told', async () => {
    const throws = () => {
      throw new Error('no forms');
    };
    const world = await openBank({
      deskVm,
      ports: (vm) => void vm.openPort(counterdesk, { onCall() {}, onAsk: throws, onBankTotal() {} }),
    });
    await world.pass(10);
    const error = await failureOf(world, world.teller.request(counterdesk.receives.ask, { text: '' }, { deadlineMs: 50 }));
    expect(error).toMatchObject({ code: 'deadline', cause: { id: 'counterdesk 1', reason: 'no forms' } });
  });

  test('that asks is told like any other requester', async () => {
    const errors: unknown[] = [];
    const world = await openBank({
      deskVm,
      placement: 'wasm',
      makeBank: () => new Fragile(),
      ports: (vm) => {
        const port = vm.openPort(counterdesk, {
          onCall: () => void port.request(bank.receives.balance, { account: 1 }).catch((error) => errors.push(error)),
          onAsk() {},
          onBankTotal() {},
        });
      },
    });
    await world.pass(10);
    world.teller.send(counterdesk.receives.call, { text: '' });
    await world.pass(100);
    expect(errors).toMatchObject([
      { code: 'poisoned', cause: { id: 'bank 2', position: expect.stringContaining('failure-causes.test.ts:') } },
    ]);
  });
});

test('a reason of any length is bounded, as in the report', async () => {
  class Verbose extends Bank {
    override onBalance(): void {
      throw new Error('x'.repeat(1e6));
    }
  }
  const world = await openBank({ makeBank: () => new Verbose() });
  const { cause } = await failureOf(world, world.teller.request(bank.receives.balance, { account: 1 }));
  const { reason, message } = cause as unknown as { reason: string; message: string };
  expect(reason.length).toBeLessThanOrEqual(CRASH_REASON_CHARACTERS_MAX);
  expect(message.length).toBeLessThan(2 * CRASH_REASON_CHARACTERS_MAX);
});

test('a supervisor that is asked while everything ends is not waited for', async () => {
  const world = await openBank({ makeBank: () => new Fragile() });
  const asked = failureOf(world, world.teller.request(bank.receives.balance, { account: 1 }));
  await world.system.stop();
  expect(await asked).toBeInstanceOf(RequestError);
});

describe('what the supervisor is asked', () => {
  const reportOf = (epoch: number) => ({ party: 'bank', address: 72, epoch, reason: `end ${epoch}`, at: epoch }) as CrashReport;
  const asked = (epoch: number): CrashQuestion => ({ party: 72, epoch, code: 'ended', askedAt: 0 });
  const open = (time = new VirtualTime()) => new CrashCauses(new Directory([]), time, time);

  test('about a crash before it has been told waits for the report, and for the position', async () => {
    const causes = open();
    const [first, second] = [causes.of(asked(1)), causes.of(asked(2))];
    causes.crashed(reportOf(1), Promise.resolve('bank.ts:1:1'));
    expect(await first).toEqual({ party: 'bank', epoch: 1, reason: 'end 1', position: 'bank.ts:1:1' });
    causes.vmLost({ party: 'bank', address: 72, epoch: 3 }, 'VM js was lost: gone');
    expect(await second).toMatchObject({ reason: 'VM js was lost: gone' });
    const third = causes.of(asked(4));
    causes.end();
    expect(await third).toBeNull();
  });

  test('about a crash that nobody reports, as of a VM that was lost before it could, is not waited for without end', async () => {
    const time = new VirtualTime();
    const causes = open(time);
    const [first, second] = [causes.of(asked(1)), causes.of(asked(1))];
    await time.advance(CONTROL_DEADLINE_MS);
    expect([await first, await second, time.pending]).toEqual([null, null, 0]);
  });

  test('about a crash that is long forgotten has no answer, and is not waited for', async () => {
    const causes = open();
    for (let epoch = 1; epoch <= CRASHES_KNOWN_MAX + 1; epoch++) causes.crashed(reportOf(epoch), Promise.resolve(''));
    expect(await causes.of(asked(1))).toBeNull();
    expect(await causes.of(asked(2))).toMatchObject({ epoch: 2 });
  });
});
