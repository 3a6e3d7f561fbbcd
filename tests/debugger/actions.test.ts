/** What a debugger may do with what was not delivered, and with a message that a person has written. */
import { expect, test } from 'vitest';
import { DebugActions } from '../../host-shim/common/debug-actions.js';
import { encodeMessage } from '../../trace/encode.js';
import { Schemas } from '../../trace/index.js';
import { bytesOf, type LetterText, type TrialText, textOf } from '../../trace/live.js';
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
  await world.until(world.system.stop());
});
