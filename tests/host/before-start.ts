/** Messages that a port of the host sends before and during the start of the system wait for their target, in order. */
import { describe, expect, it } from 'vitest';
import { startSystem } from '../../actors/application/system.js';
import { PortOverloadError } from '../../actors/vm/port/port.js';
import { openTimerPort } from '../../host-shim/common/ports/timer.js';
import { PORT_HELD_BYTES_MAX } from '../../protocol/limits.js';
import { type HostOfPorts, lesserDevicesOf, type TestedHost } from './host-conformance.js';
import { desk, ebb, mirror, probe, relay } from './protocol/generated/index.js';
import { parties } from './world.js';

/** Questions before the start, and as many while the VMs start: each answer says how many arrived before it. */
const QUESTIONS = 8;

const ACTORS = [
  { schema: relay, twins: { js: true, wasm: false } },
  { schema: mirror, twins: { js: true, wasm: true } },
];
/** No VM has an implementation. */
const GHOST = { schema: { ...mirror, name: 'ghost', address: 70, receives: {} }, twins: { js: true, wasm: false } };

function openProbe(host: HostOfPorts) {
  let finish: (result: { rounds: number; wrong: number }) => void = () => {};
  const finished = new Promise<{ rounds: number; wrong: number }>((resolve) => {
    finish = resolve;
  });
  openTimerPort(host.vm, host.timers);
  const port = host.vm.openPort<typeof probe>(probe, { onFinished: (result) => finish(result), onWoken() {} });
  const ask = () => Array.from({ length: QUESTIONS }, () => port.request(desk.receives.ask, { keep: false }));
  /** A game of no rounds does not finish, and only the last game is played. */
  const play = (rounds: number) => port.send(relay.receives.start, { rounds, bytes: 10 });
  return { port, ask, play, finished };
}

export function beforeStartSuite<H extends HostOfPorts>(name: string, { create, until, capabilities }: TestedHost<H>): void {
  describe(`before the start on ${name}`, () => {
    it.each(lesserDevicesOf(capabilities))('messages wait for their target, in order, %s', async (_what, lacks) => {
      const host = create({ ...capabilities, ...lacks });
      const { ask, play, finished } = openProbe(host);
      const first = ask();
      play(0);
      const starting = startSystem(host, { parties, actors: ACTORS, placement: 'relay=js,mirror=wasm', portVms: { desk: 'js' } });
      const second = ask();
      play(5);
      const system = await until(host, starting);
      expect(await until(host, finished)).toEqual({ rounds: 5, wrong: 0 });
      const answers = await until(host, Promise.all([...first, ...second]));
      expect(answers.map(({ asked }) => asked)).toEqual(Array.from({ length: 2 * QUESTIONS }, (_, i) => i + 1));
      expect(await system.deadLetters()).toEqual([]);
      await until(host, system.stop());
    });

    it('a message without a target fails once everything runs', async () => {
      const host = create(capabilities);
      const { port } = openProbe(host);
      const asked = port.request(desk.receives.ask, { keep: false }).catch((error: unknown) => error);
      // No VM opens the port where the system expects it.
      const system = await until(host, startSystem(host, { parties, actors: ACTORS, placement: 'js' }));
      expect(await until(host, asked)).toMatchObject({ name: 'RequestError', code: 'unreachable' });
      await until(host, system.stop());
    });

    it('a start that fails settles the requests', async () => {
      const host = create(capabilities);
      const { port, play } = openProbe(host);
      const asked = port.request(desk.receives.ask, { keep: false }).catch((error: unknown) => error);
      play(5);
      const options = {
        parties: [...parties, GHOST.schema],
        actors: [...ACTORS, GHOST],
        placement: 'js',
        portVms: { desk: 'js' } as const,
      };
      const failed = startSystem(host, options).catch((error: unknown) => error);
      expect(await until(host, failed)).toMatchObject({ name: 'ControlError', message: expect.stringContaining('no party at address 70') });
      expect(await until(host, asked)).toMatchObject({ name: 'RequestError', code: 'closed' });
    });

    it('messages beyond a mailbox’s bounds are refused where they are sent', async () => {
      const host = create(capabilities);
      const { port } = openProbe(host);
      const water = new Uint8Array(64 << 10);
      let taken = 0;
      const flood = () => {
        for (; taken < 2 * (PORT_HELD_BYTES_MAX / water.length); taken++) port.send(ebb.receives.start, { height: 0, water });
      };
      expect(flood).toThrow(PortOverloadError);
      expect(taken).toBeGreaterThanOrEqual(Math.floor(PORT_HELD_BYTES_MAX / (water.length + 100)));
      await expect(port.request(desk.receives.ask, { keep: false })).rejects.toMatchObject({ code: 'overloaded' });
      await host.local.terminate();
    });
  });
}
