/** What `testTwins` finds: planted defects in the counter's twins, each told in words and cut down to the shortest run; and that good twins pass. */
import { expect, test } from 'vitest';
import { Counter } from '../../examples/counter/js-actors/counter.js';
import { counter } from '../../examples/counter/protocol/generated/index.js';
import { type TestTwinsOptions, TwinsError, testTwins } from '../../host-shim/sim/index.js';
import type { MessageOf } from '../../protocol/fields.js';
import { u32 } from '../../protocol/schema.js';

const wasm = new URL('../../dist/examples/counter/wasm-actors/counter.wasm', import.meta.url);

const errorOf = async (options: Partial<TestTwinsOptions>): Promise<TwinsError> => {
  const error = await testTwins(counter, { js: () => new Counter(), wasm, ...options }).catch((reason: unknown) => reason);
  if (!(error instanceof TwinsError)) throw new Error(`no difference was found: ${error}`);
  return error;
};

/** Steps of the shortest run, as the message shows them. */
const stepsIn = ({ message }: TwinsError): readonly string[] => message.split('\n').filter((line) => /^ {2}\d+\. /.test(line));

test('twins that agree pass, and what was tried is counted', async () => {
  expect(await testTwins(counter, { js: () => new Counter(), wasm, runs: 20, length: 50 })).toEqual({
    runs: 20,
    messages: 1_000,
    traps: 0,
  });
});

test('a twin that rounds: one message, with the value that shows it', async () => {
  class Rounding extends Counter {
    override onIncrement({ by }: MessageOf<typeof counter, 'increment'>): void {
      super.onIncrement({ by: by > 1_000 ? Math.round(by / 10) * 10 : by });
    }
  }
  const error = await errorOf({ js: () => new Rounding() });
  const steps = stepsIn(error);
  expect(steps).toHaveLength(1);
  const [, by] = /counter\.increment \{.*?by.*?(\d+)/.exec(steps[0]) ?? [];
  expect(Number(by)).toBe(1_001);
  expect(error.message).toContain('the twins of counter differ: they emit different messages');
  expect(error.message).toContain('first difference: [0].body.count: 1000 and 1001');
  expect(error.message).toMatch(/ {2}js +counter\.changed to followers .*1000/);
  expect(error.message).toMatch(/again with \{ seed: 1, run: \d+ \}$/);
});

test('what a failure names shows the same again', async () => {
  class Wrapping extends Counter {
    override onIncrement({ by }: MessageOf<typeof counter, 'increment'>): void {
      super.onIncrement({ by: by & 0xffff });
    }
  }
  const error = await errorOf({ js: () => new Wrapping(), seed: 7 });
  expect((await errorOf({ js: () => new Wrapping(), seed: 7, run: error.run })).message).toBe(error.message);
});

test('a twin that keeps what its snapshot has not: it is found when it goes on from the snapshot of the other', async () => {
  class Forgetful extends Counter {
    private calls = 0;
    override onIncrement(message: MessageOf<typeof counter, 'increment'>): void {
      super.onIncrement(++this.calls % 3 === 0 ? { by: 0 } : message);
    }
  }
  const error = await errorOf({ js: () => new Forgetful(), wasm: undefined });
  expect(stepsIn(error).some((step) => step.includes('from the snapshot of the other'))).toBe(true);
});

test('a twin that looks at the clock', async () => {
  class Clocked extends Counter {
    override onRead(): void {
      this.reply(this.requestToken, counter.receives.read, { count: Math.floor(Date.now() / 1_000) });
    }
  }
  const error = await errorOf({ js: () => new Clocked(), wasm: undefined });
  expect(error.message).toContain('the JavaScript twin is another at another time: it looks at a clock, or at chance');
  expect(stepsIn(error)).toEqual(['  1. counter.read {}']);
});

test('a twin that throws where the other does not', async () => {
  class Throwing extends Counter {
    override onIncrement(message: MessageOf<typeof counter, 'increment'>): void {
      if (message.by === 0xffff_ffff) throw new Error('too much');
      super.onIncrement(message);
    }
  }
  const error = await errorOf({ js: () => new Throwing() });
  expect(error.message).toContain('only one of them traps');
  expect(error.message).toContain('js    traps: too much');
  expect(stepsIn(error)).toHaveLength(1);
});

test('a module that was built for an older schema', async () => {
  const { receives, ...rest } = counter;
  const newer = { ...rest, receives: { ...receives, increment: { ...receives.increment, fields: { by: u32, twice: u32 } } } };
  await expect(testTwins(newer, { js: () => new Counter(), wasm })).rejects.toThrow(
    'counter was built for another schema of counter: run npx tandem build',
  );
});

test('messages of a sequence of one’s own', async () => {
  const sequence = () => () => ({ message: counter.receives.increment, fields: { by: 3 } });
  expect(await testTwins(counter, { js: () => new Counter(), wasm, sequence, runs: 2, length: 10 })).toMatchObject({ messages: 20 });
});

test('numbers that make no sense', async () => {
  await expect(testTwins(counter, { js: () => new Counter(), runs: 0 })).rejects.toThrow(RangeError);
});
