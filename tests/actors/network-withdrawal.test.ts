/** Requests that are not wanted any more: cancelled by the requester, or withdrawn by the runtime. */
import { describe, expect, test } from 'vitest';
import { Network } from '../../js-actors/network.js';
import { network } from '../../protocol/generated/network.js';
import { implementationsOf } from './implementations.js';
import { abortsOf, activityOf, cancelledTimersOf, NetworkStage, numberOf, repliesOf, startsOf, timersOf } from './network-stage.js';
import { REQUESTER } from './stage.js';

const { cancel } = network.receives;
const implementations = await implementationsOf(network, () => new Network());

describe.each(implementations)('network in %s', (_language, factory) => {
  const open = (options: Record<string, number> = {}) => new NetworkStage(factory.create({ seed: 7, ...options }));

  describe('cancelling', () => {
    test('ends the fetch when the last requester leaves, and each gets a reply', () => {
      const stage = open();
      const first = stage.ask();
      const second = stage.ask({}, 101);
      const number = numberOf(first.emissions);
      const one = stage.send(cancel, { request: first.number });
      expect(one).toMatchObject([
        { name: 'network.requestReply', target: REQUESTER, request: first.number, fields: { failure: 'cancelled', status: 0 } },
      ]);
      const last = stage.send(cancel, { request: second.number }, 101);
      expect(repliesOf(last)[0]).toMatchObject({ target: 101, request: second.number, fields: { failure: 'cancelled' } });
      expect(abortsOf(last)).toEqual([number]);
      expect(cancelledTimersOf(last)).toEqual([number]);
      expect(activityOf(last)).toEqual([{ running: 0, queued: 0 }]);
      expect(stage.answer(number)).toEqual([]);
    });

    test('makes room for the next fetch', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = stage.ask({ url: 'first' });
      stage.ask({ url: 'second' });
      expect(startsOf(stage.send(cancel, { request: first.number }))[0].url).toBe('second');
    });

    test('of a fetch that waits for its place or its next attempt does not reach the port', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = stage.ask({ url: 'first', retries: 1 });
      const second = stage.ask({ url: 'second' });
      const third = stage.ask({ url: 'third' });
      const queued = stage.send(cancel, { request: third.number });
      expect(abortsOf(queued)).toEqual([]);
      expect(cancelledTimersOf(queued)).toEqual([]);
      const [pause] = timersOf(stage.answer(numberOf(first.emissions), { status: 503 }));
      const waiting = stage.send(cancel, { request: first.number });
      expect(abortsOf(waiting)).toEqual([]);
      expect(cancelledTimersOf(waiting)).toEqual([pause.timer]);
      expect(stage.fireTimer(pause.timer)).toEqual([]);
      expect(repliesOf(stage.send(cancel, { request: second.number })).length).toBe(1);
    });

    test('works only for one’s own unanswered requests', () => {
      const stage = open();
      const asked = stage.ask();
      expect(stage.send(cancel, { request: asked.number }, 101)).toEqual([]);
      expect(stage.send(cancel, { request: asked.number + 1 })).toEqual([]);
      stage.answer(numberOf(asked.emissions));
      expect(stage.send(cancel, { request: asked.number })).toEqual([]);
    });
  });

  describe('a request that was withdrawn', () => {
    test('is removed without a reply, and the last one ends the fetch', () => {
      const stage = open();
      const first = stage.ask({ retries: 4 });
      const second = stage.ask({ retries: 4 }, 101);
      const number = numberOf(first.emissions);
      expect(stage.withdraw(first.number)).toEqual([]);
      const last = stage.withdraw(second.number, 101);
      expect(repliesOf(last)).toEqual([]);
      expect(abortsOf(last)).toEqual([number]);
      expect(cancelledTimersOf(last)).toEqual([number]);
      expect(activityOf(last)).toEqual([{ running: 0, queued: 0 }]);
      expect(stage.answer(number, { status: 503 })).toEqual([]);
    });

    test('is not attempted again if it waits for its next attempt, and leaves its place', () => {
      const stage = open({ fetchesRunning: 1 });
      const first = stage.ask({ url: 'first', retries: 4 });
      const second = stage.ask({ url: 'second' });
      const [pause] = timersOf(stage.answer(numberOf(first.emissions), { status: 503 }));
      expect(cancelledTimersOf(stage.withdraw(first.number))).toEqual([pause.timer]);
      expect(stage.fireTimer(pause.timer)).toEqual([]);
      const third = stage.ask({ url: 'third' });
      expect(startsOf(stage.withdraw(second.number))[0].url).toBe('third');
      expect(abortsOf(stage.withdraw(third.number)).length).toBe(1);
    });

    test('changes nothing when it was answered, or belongs to another requester', () => {
      const stage = open();
      const asked = stage.ask();
      expect(stage.withdraw(asked.number, 101)).toEqual([]);
      stage.answer(numberOf(asked.emissions));
      expect(stage.withdraw(asked.number)).toEqual([]);
    });
  });
});
