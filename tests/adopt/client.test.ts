/** The typed client of an application, on the simulated host, and on the thread of this process. */
import { describe, expect, test, vi } from 'vitest';
import { Client } from '../../actors/application/client/client.js';
import { clientSchemaOf } from '../../actors/application/client/client-schema.js';
import { SendError } from '../../actors/application/client/send-error.js';
import { Actor, type Handlers } from '../../actors/model/actor.js';
import { clientOf, platformClock, platformTimers, start } from '../../host-shim/node/index.js';
import { startTest } from '../../host-shim/sim/index.js';
import { RequestError } from '../../protocol/errors.js';
import { actor, message, publication, request, str, struct } from '../../protocol/schema.js';
import { Basket, createApplication } from './actors.js';
import { basket as schema } from './protocol/generated/index.js';

const item = { name: 'tea', cents: 250, count: 2 };
const startHere = (more = {}) => startTest(createApplication(), { seed: 1, ...more });
const thrownBy = (call: () => unknown): SendError => {
  try {
    call();
  } catch (error) {
    return error as SendError;
  }
  throw new Error('nothing was thrown');
};

describe('messages and requests', () => {
  test('are methods of their actor, and requests answer', async () => {
    const { basket } = await startHere();
    basket.add(item);
    expect(await basket.total()).toEqual({ cents: 500 });
    expect(await basket.find({ name: 'tea' })).toEqual({ count: 2 });
  });

  test('several requests at a time share the virtual clock', async () => {
    const { basket, clock } = await startHere();
    basket.add(item);
    expect(await Promise.all([basket.total({}), clock.read(), basket.find({ name: 'tea' })])).toEqual([
      { cents: 500 },
      { ticks: 0 },
      { count: 2 },
    ]);
  });

  test('a deadline and an abort signal end a request', async () => {
    const { basket } = await startHere();
    await expect(basket.wait({}, { deadlineMs: 20 })).rejects.toMatchObject({
      code: 'deadline',
      message: 'request basket.wait to basket: deadline, basket did not answer in time',
    });
    const controller = new AbortController();
    const waiting = basket.wait({}, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
  });

  test('actors have time', async () => {
    const { clock, host } = await startHere();
    clock.begin({ delayMs: 1_000 });
    await host.pass(900);
    expect(clock.state.getSnapshot()).toBeNull();
    await host.pass(200);
    expect(clock.state.getSnapshot()).toEqual({ ticks: 1 });
  });
});

describe('topics and state', () => {
  test('a listener hears what is published from then on, until it is removed', async () => {
    const { basket, host } = await startHere();
    const heard: number[] = [];
    const remove = basket.on('changed', ({ cents }) => heard.push(cents));
    basket.add(item);
    await host.pass(10);
    remove();
    basket.add(item);
    await host.pass(10);
    expect(heard).toEqual([500]);
  });

  test('the state is null at first, then one object with the newest of each field, the same while nothing changes', async () => {
    const { basket, host } = await startHere();
    const { subscribe, getSnapshot } = basket.state;
    const changed = vi.fn();
    const remove = subscribe(changed);
    expect(getSnapshot()).toBeNull();
    basket.write({ note: 'soon', rank: 'low' });
    await host.pass(10);
    const first = getSnapshot();
    expect(first).toEqual({ note: 'soon' });
    basket.write({ note: 'soon', rank: 'high' });
    await host.pass(10);
    expect(getSnapshot()).toBe(first);
    basket.add(item);
    await host.pass(10);
    expect(getSnapshot()).toEqual({ note: 'soon', cents: 500, items: [item] });
    expect(changed).toHaveBeenCalledTimes(2);
    remove();
    basket.clear();
    await host.pass(10);
    expect(getSnapshot()).toMatchObject({ cents: 0 });
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test('a listener that throws keeps nothing from the others, and is reported', async () => {
    const reported = vi.fn();
    const { basket, host } = await startHere({ console: 'off', onPortError: reported });
    const heard = vi.fn();
    basket.on('changed', () => {
      throw new Error('a mistake in the page');
    });
    basket.on('changed', heard);
    basket.add(item);
    await host.pass(10);
    expect(heard).toHaveBeenCalledOnce();
    expect(basket.state.getSnapshot()).toMatchObject({ cents: 500 });
    expect(reported).toHaveBeenCalledWith('client', expect.objectContaining({ message: 'a mistake in the page' }));
  });

  test('they survive the crash of their actor', async () => {
    const { basket, system, host } = await startHere({ console: 'off' });
    basket.add(item);
    await host.until(system.crash('basket'));
    basket.add(item);
    expect(await basket.total()).toEqual({ cents: 1_000 });
    expect(basket.state.getSnapshot()).toMatchObject({ cents: 1_000 });
  });
});

describe('what is refused', () => {
  test('a value that the schema does not allow throws an error that names message and field', async () => {
    const { basket } = await startHere();
    const error = thrownBy(() => basket.add({ ...item, count: 300 }));
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ code: 'value', kindName: 'basket.add', field: 'count' });
    expect(error.message).toBe('basket.add was not sent: count: 300 is out of range');
    expect(error.stack).toContain('client.test.ts');
    await expect(basket.find({ name: 'x'.repeat(41) })).rejects.toMatchObject({ code: 'value', kindName: 'basket.find', field: 'name' });
    const missing = thrownBy(() => basket.add({ name: 'tea' } as never));
    expect(missing).toMatchObject({ code: 'value', message: 'basket.add was not sent: cents: is missing' });
  });

  test('an actor that the port of the client may not speak to', async () => {
    const port = clientSchemaOf([], [schema]);
    const { basket } = new Client(createApplication().actors, port, { clock: platformClock, timers: platformTimers }).actors;
    const error = thrownBy(() => basket.add(item));
    expect(error).toMatchObject({ name: 'SendError', code: 'refused', kindName: 'basket.add' });
    expect(error.message).toBe('basket.add was not sent: client may not send basket.add: sendsTo of its schema does not name basket');
    await expect(basket.total()).rejects.toMatchObject({ code: 'refused', kindName: 'basket.total' });
  });

  test('everything after the stop', async () => {
    const { basket, system, host } = await startHere();
    const waiting = expect(basket.wait()).rejects.toMatchObject({ code: 'closed' });
    await host.until(system.stop());
    await waiting;
    expect(thrownBy(() => basket.add(item)).message).toBe('basket.add was not sent: the system has stopped');
    await expect(basket.total()).rejects.toThrow(new RequestError('closed', 'basket', 'basket.total').message);
  });

  test('a topic that does not exist, a message and an actor with a name that is taken', async () => {
    const { basket } = await startHere();
    expect(() => basket.on('chnged' as never, () => {})).toThrow('basket publishes no chnged: its topics are changed, noted');
    const startNamed = (name: string, receives = {}) => {
      const named = actor({ name, state: struct('NamedState', {}), receives });
      return startTest({ actors: [{ schema: named, create: () => new Basket() }], ports: [] }, { seed: 1 });
    };
    const text = 'tray has a message named on, which is a method of the client: give it another name';
    await expect(startNamed('tray', { on: message({ fields: {} }) })).rejects.toThrow(text);
    await expect(startNamed('host')).rejects.toThrow('an actor may not be named host');
    await expect(startNamed('client')).rejects.toThrow('a party may not be named client: that is the page itself');
  });
});

describe('schemas without numbers', () => {
  const note = actor({
    name: 'note',
    state: struct('NoteState', { text: str() }),
    receives: { write: message({ fields: { text: str() } }), read: request({ fields: {}, reply: { fields: { text: str() } } }) },
    publishes: { written: publication({ fields: { text: str() } }) },
  });
  class Note extends Actor<typeof note> implements Handlers<typeof note> {
    private text = '';
    constructor() {
      super(note);
    }
    onWrite({ text }: { text: string }) {
      this.text = text;
      this.publish(note.publishes.written, { text });
    }
    onRead() {
      this.reply(this.requestToken, note.receives.read, { text: this.text });
    }
    snapshot() {
      return { text: this.text };
    }
    restore({ text }: { text: string }) {
      this.text = text;
    }
  }
  const application = { actors: [{ schema: note, create: () => new Note() }], ports: [] } as const;

  test('run in one thread, with interpreted codecs', async () => {
    const { note: client, system } = await start(application);
    client.write({ text: 'soon' });
    expect(await client.read()).toEqual({ text: 'soon' });
    expect(client.state.getSnapshot()).toEqual({ text: 'soon' });
    await system.stop();
  });

  test('are refused where there are threads', async () => {
    const threaded = { ...application, placement: 'js', workers: { js: new URL('file:///none') } };
    const other = {
      ...threaded,
      actors: [{ schema: actor({ name: 'other', state: struct('OtherState', {}), receives: {} }), create: () => new Note() }],
    } as const;
    await expect(start(other as never)).rejects.toThrow('other has no numbers yet: run npx tandem codegen');
  });
});

describe('before the start', () => {
  test('what is sent waits, with the values that it had, and leaves in order', async () => {
    const application = createApplication();
    const { basket } = clientOf(application);
    const added = { ...item };
    basket.add(added);
    added.count = 9;
    const total = basket.total();
    basket.clear();
    const cleared = basket.total();
    const started = await start(application);
    expect(await total).toEqual({ cents: 500 });
    expect(await cleared).toEqual({ cents: 0 });
    expect(started.basket).toBe(basket);
    await started.system.stop();
  });

  test('a wrong value is refused at once, a request is late or withdrawn as any other', async () => {
    const { basket } = clientOf(createApplication());
    expect(thrownBy(() => basket.add({ ...item, count: -1 }))).toMatchObject({ code: 'value', kindName: 'basket.add', field: 'count' });
    await expect(basket.total({}, { deadlineMs: 1 })).rejects.toMatchObject({ code: 'deadline', kindName: 'basket.total' });
    const controller = new AbortController();
    const waiting = basket.total({}, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'aborted' });
    await expect(basket.total({}, { deadlineMs: Number.NaN })).rejects.toThrow(
      'deadlineMs of basket.total is a number of milliseconds from 0, not NaN',
    );
  });

  test('a start that fails refuses what waits', async () => {
    const application = { ...createApplication(), placement: 'native' };
    const { basket } = clientOf(application);
    const total = expect(basket.total()).rejects.toMatchObject({ code: 'closed', kindName: 'basket.total' });
    await expect(start(application, { console: 'off' })).rejects.toThrow("placement 'native' is none of host, js, wasm, mixed");
    await total;
  });

  test('an application that has stopped may be started again, with the same client', async () => {
    const application = createApplication();
    const { basket } = clientOf(application);
    basket.add(item);
    const first = await start(application);
    expect(await basket.total()).toEqual({ cents: 500 });
    await expect(start(application)).rejects.toThrow('the application runs already: stop its system before it is started again');
    expect(await basket.total()).toEqual({ cents: 500 });
    await first.system.stop();
    const second = await start(application);
    expect(basket.state.getSnapshot()).toBeNull();
    expect(await basket.total()).toEqual({ cents: 0 });
    await second.system.stop();
  });

  test('what waits is bounded', () => {
    const { basket } = clientOf(createApplication());
    const flood = () => {
      for (let i = 0; i < 50_000; i++) basket.add(item);
    };
    expect(thrownBy(flood)).toMatchObject({ code: 'overloaded', kindName: 'basket.add' });
  });
});
