import { describe, expect, it } from 'vitest';
import { Driver } from '../../host-shim/common/driver.js';

/** A driver with a scripted pump, and turns of the event loop that the test makes. */
function setUp(answers: (boolean | Error)[], onPump: () => void = () => {}) {
  const turns: (() => void)[] = [];
  const failures: unknown[] = [];
  const driver = new Driver(
    (callback) => turns.push(callback),
    (error) => failures.push(error),
  );
  let pumps = 0;
  const pump = () => {
    const answer = answers[pumps++] ?? false;
    onPump();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { driver, pump, turns, failures, pumps: () => pumps };
}

const tasksEnd = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('driver', () => {
  it('pumps at the end of the task that woke it, once for many wakes', async () => {
    const { driver, pump, pumps, turns } = setUp([]);
    driver.wake();
    await tasksEnd();
    expect(pumps()).toBe(0); // there is no pump yet
    driver.drive({ pump });
    driver.wake();
    expect(pumps()).toBe(0);
    await Promise.resolve();
    expect(pumps()).toBe(1);
    driver.wake();
    driver.wake();
    await tasksEnd();
    expect(pumps()).toBe(2);
    expect(turns).toEqual([]);
  });

  it('lets the event loop turn while more work is waiting', async () => {
    const { driver, pump, pumps, turns } = setUp([true, true, false]);
    driver.drive({ pump });
    await tasksEnd();
    expect(pumps()).toBe(1);
    driver.wake(); // already under way
    await tasksEnd();
    expect(pumps()).toBe(1);
    turns.shift()!();
    turns.shift()!();
    await tasksEnd();
    expect(pumps()).toBe(3);
    expect(turns).toEqual([]);
  });

  it('loses no wake that arrives during a pump', async () => {
    let wakes = 2;
    const { driver, pump, pumps } = setUp([], () => {
      if (wakes-- > 0) driver.wake();
    });
    driver.drive({ pump });
    await tasksEnd();
    expect(pumps()).toBe(3);
  });

  it('ends when a pump throws, and when it is stopped', async () => {
    const failure = new Error('a bug in the VM');
    const failing = setUp([failure]);
    failing.driver.drive({ pump: failing.pump });
    await tasksEnd();
    failing.driver.wake();
    await tasksEnd();
    expect(failing.failures).toEqual([failure]);
    expect(failing.pumps()).toBe(1);

    const stopped = setUp([true]);
    stopped.driver.drive({ pump: stopped.pump });
    await tasksEnd();
    stopped.driver.stop();
    stopped.turns.shift()!();
    stopped.driver.wake();
    await tasksEnd();
    expect(stopped.pumps()).toBe(1);
    expect(stopped.failures).toEqual([]);
  });
});
