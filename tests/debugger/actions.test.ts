/** What a debugger may do with what was not delivered, and with a message that a person has written. */
import { expect, test } from 'vitest';
import { DebugActions } from '../../host-shim/common/debug-actions.js';
import { encodeMessage } from '../../trace/encode.js';
import { Schemas } from '../../trace/index.js';
import { bytesOf, GOES_ON, type LetterText, type Question, type StandingText, type TrialText, textOf } from '../../trace/live.js';
import { Bank, type BankWorld, bank, openBank, parties } from '../runtime/bank.js';

/** Traps at a note while account 0 is empty. */
class Strict extends Bank {
  override onNote(): void {
    if (this.snapshot().accounts[0] === 0) throw new Error('account 0 is empty');
    this.onDeposit({ account: 1, amount: 5 });
  }
}

const depositOf = (amount: number): string =>
  textOf(
    encodeMessage(new Schemas(parties), {
      kind: bank.receives.deposit.kind,
      target: bank.address,
      sentAt: 1,
      body: JSON.stringify({ account: 0, amount }),
    }),
  );

const asked = (world: BankWorld, acts = true, hides = false) => new DebugActions(world.system, acts, hides, undefined);

test('a letter is told with its reason, tried in a copy, and delivered; a message is sent for real', async () => {
  const world = await openBank({ makeBank: () => new Strict() });
  const actions = asked(world);
  world.teller.send(bank.receives.note, { account: 0, text: 'hello' });
  await world.pass(100);
  const [letter] = (await actions.ask({ what: 'letters' })) as readonly LetterText[];
  expect(letter).toMatchObject({ code: 'poisoned', detail: 'account 0 is empty', kind: bank.receives.note.kind });
  expect(Buffer.from(bytesOf(letter.frame)).toString()).toContain('hello');
  const tried = (await actions.ask({ what: 'try', letter: letter.letter })) as TrialText;
  expect(tried.trap?.reason).toBe('account 0 is empty');
  const rehearsed = (await actions.ask({ what: 'rehearse', frame: depositOf(7) })) as TrialText;
  expect(rehearsed).toMatchObject({ trap: null, malformed: '' });
  expect(rehearsed.emitted.length).toBe(2);
  expect(((await actions.ask({ what: 'try', letter: letter.letter })) as TrialText).trap).not.toBeNull();
  await actions.ask({ what: 'send', frame: depositOf(7) });
  await actions.ask({ what: 'send', frame: depositOf(1) });
  expect(((await actions.ask({ what: 'try', letter: letter.letter })) as TrialText).trap).toBeNull();
  await actions.ask({ what: 'deliver', letter: letter.letter });
  expect(await actions.ask({ what: 'letters' })).toEqual([]);
  await expect(actions.ask({ what: 'deliver', letter: letter.letter })).rejects.toThrow('is there no more');
  await world.until(world.system.stop());
});

test('who may not act only looks; what is redacted leaves no frame', async () => {
  const world = await openBank({ makeBank: () => new Strict() });
  world.teller.send(bank.receives.note, { account: 0, text: 'hello' });
  await world.pass(100);
  await expect(asked(world, false).ask({ what: 'send', frame: depositOf(7) })).rejects.toThrow('does not let a debugger act');
  const [letter] = (await asked(world, false, true).ask({ what: 'letters' })) as readonly LetterText[];
  expect(letter.frame).toBe('');
  await expect(asked(world).ask({ what: 'send', frame: 'ff00' })).rejects.toThrow();
  await expect(asked(world).ask({ what: 'show', picture: null })).rejects.toThrow('no display');
  const senseless = [
    { what: 'points', points: 'x' },
    { what: 'points', points: [null] },
    { what: 'show', picture: {} },
    { what: 'show' },
    { what: 'crash' },
    { what: 'send', frame: 'xyz' },
    { what: 'toString' },
  ];
  for (const question of senseless)
    await expect(asked(world).ask(question as Question)).rejects.toMatchObject({
      name: 'QuestionError',
      message: expect.stringMatching(/makes no sense|does not know/),
    });
  await world.until(world.system.stop());
});

test('it stands, steps, and goes on until a trap; breakpoints have switches, and nothing holds it once nobody looks', async () => {
  const world = await openBank();
  const { system, until, teller } = world;
  let told = 0;
  const actions = new DebugActions(system, true, false, undefined, () => void told++);
  const ask = (question: Question) => until(actions.ask(question)) as Promise<StandingText>;
  expect(actions.standing).toEqual(GOES_ON);
  expect((await ask({ what: 'pause' })).paused).toMatchObject({ why: 'asked', next: null });
  for (const amount of [1, 2]) teller.send(bank.receives.deposit, { account: 0, amount });
  expect((await ask({ what: 'waiting' })).paused?.next).toMatchObject({ kindName: 'bank.deposit', vm: 'js', address: bank.address });
  expect((await ask({ what: 'step' })).paused).toMatchObject({ why: 'step', message: { kindName: 'bank.deposit' } });
  await expect(ask({ what: 'resume', until: 'picture' })).rejects.toThrow('no display');
  await ask({ what: 'crash', party: 'bank' });
  await ask({ what: 'resume', until: 'trap' });
  expect(actions.standing).toMatchObject({ until: 'trap', paused: null });
  await world.pass(100);
  expect(actions.standing.paused).toMatchObject({
    why: 'trap',
    detail: 'injected fault',
    message: { frame: expect.stringMatching(/^[0-9a-f]{20,}$/) },
  });
  const points = [
    { text: 'bank.deposit to bank if message.amount === 4', on: true },
    { text: 'bank.deposit', on: false },
  ];
  await ask({ what: 'points', points });
  expect([actions.standing.points, told]).toEqual([points, 1]);
  await expect(ask({ what: 'points', points: [{ text: 'bank.none', on: true }] })).rejects.toThrow('there is no kind bank.none');
  expect(actions.standing.points).toEqual(points);
  await ask({ what: 'resume' });
  for (const amount of [3, 4]) teller.send(bank.receives.deposit, { account: 0, amount });
  await world.pass(100);
  expect(actions.standing.paused).toMatchObject({ why: 'breakpoint' });
  // While nobody looks breakpoints are known, and hold nothing.
  expect([actions.holds, await until(actions.rest())]).toEqual([true, true]);
  teller.send(bank.receives.deposit, { account: 0, amount: 4 });
  await world.pass(100);
  expect([actions.standing, actions.holds, world.totals.at(-1)]).toEqual([{ ...GOES_ON, points }, false, 14]);
  await until(actions.wake());
  teller.send(bank.receives.deposit, { account: 0, amount: 4 });
  await world.pass(100);
  expect(actions.standing.paused).toMatchObject({ why: 'breakpoint' });
  await until(actions.leave());
  await world.pass(100);
  expect([actions.standing, world.totals.at(-1)]).toEqual([GOES_ON, 18]);
  const hiding = asked(world, true, true);
  await expect(hiding.ask({ what: 'points', points: [{ text: 'bank.deposit if message.amount > 1', on: true }] })).rejects.toThrow(
    'redacted',
  );
  await expect(hiding.ask({ what: 'break', at: 'bank.deposit if message.amount > 1' })).rejects.toThrow('redacted');
  await expect(asked(world, false).ask({ what: 'pause' })).rejects.toThrow('does not let a debugger act');
  await until(system.stop());
});
