/** Displays of a scene at rest: hardly any message, and none that is lost keeps the picture from the viewer. */
import { expect, test } from 'vitest';
import type { PortHandlers } from '../../actors/model/handlers.js';
import { PortOverloadError } from '../../actors/vm/port/port.js';
import type { Vm } from '../../actors/vm/vm.js';
import { openDisplayPort } from '../../host-shim/common/ports/display-port.js';
import { REST_TICK_MS } from '../../host-shim/common/ports/scene-ticks.js';
import { createSimHost, openDisplay } from '../../host-shim/sim/index.js';
import type { display as displaySchema } from '../../protocol/generated/display.js';
import { Stage, stageDefinition, TWO_BOXES } from './port-stage.js';

const FRAME_MICROS = 16_667;
const FRAMES = 300;
const REST_TICKS = Math.floor((FRAMES * FRAME_MICROS) / (REST_TICK_MS * 1_000));

/** A display port whose scene is the test. */
function openAlone() {
  const sent: string[] = [];
  const heard = { due: 0 };
  let handlers!: PortHandlers<typeof displaySchema>;
  let isFull = false;
  const vm = {
    stands: false,
    openPort(_schema: object, given: typeof handlers) {
      handlers = given;
      const send = ({ name }: { readonly name: string }) => {
        if (isFull) throw new PortOverloadError();
        sent.push(name);
      };
      return { send };
    },
  };
  const port = openDisplayPort(vm as unknown as Vm, {}, { due: () => void heard.due++ });
  let timeMicros = 1_000_000;
  const incoming = { source: 1, sequence: 1, sentAt: 0, request: 0 };
  return {
    ...{ port, vm, sent, heard },
    frames(count: number) {
      for (let i = 0; i < count; i++) port.tick((timeMicros += FRAME_MICROS));
    },
    setBack: () => void (timeMicros -= 3_600_000_000),
    fill: (full: boolean) => void (isFull = full),
    rest: (frame = port.frame) => handlers.onRest({ frame }, incoming),
    due: () => handlers.onDue({}, incoming),
    ended: () => handlers.onEnded?.(1, 1, 'trap'),
    list: () => {
      const nothing = new Uint8Array(0);
      handlers.onDisplayList(
        { frame: port.frame, width: 1, height: 1, animating: true, items: nothing, clips: nothing, omitted: 0 },
        incoming,
      );
    },
  };
}

/** A display whose scene rests. */
function openAtRest() {
  const alone = openAlone();
  alone.frames(3);
  alone.rest();
  expect(alone.sent).toEqual(['redraw', 'tick', 'tick', 'tick']);
  alone.sent.length = 0;
  return alone;
}

test('a scene at rest gets a tick a second, and one for each frame as soon as it says so', () => {
  const { frames, due, rest, sent, heard } = openAtRest();
  frames(FRAMES);
  expect(sent.length).toBe(REST_TICKS);
  rest();
  frames(FRAMES);
  expect(sent.length).toBeLessThanOrEqual(2 * REST_TICKS + 1);
  expect(heard.due).toBe(0);
  sent.length = 0;
  due();
  due();
  expect(heard.due).toBe(1);
  frames(FRAMES);
  expect(sent.length).toBe(FRAMES);
});

test('ticks go on when a scene sends a picture although it rested, when it ends, and when the clock is set back', () => {
  const { frames, list, rest, ended, sent, heard, setBack, port } = openAtRest();
  list();
  frames(5);
  expect([sent.length, heard.due]).toEqual([5, 1]);
  rest();
  frames(5);
  expect(sent.length).toBe(5);
  ended();
  expect(heard.due).toBe(2);
  rest(port.frame);
  frames(5);
  expect(sent.length).toBe(10);
  rest();
  setBack();
  frames(5);
  expect(sent.length).toBe(11);
});

test('what was said to a display before this one, or of ticks before the last wake, is no rest', () => {
  const { frames, rest, sent, port } = openAlone();
  rest(0);
  rest(700);
  frames(3);
  expect(sent.length).toBe(4);
  rest(2);
  frames(3);
  expect([sent.length, port.rests]).toEqual([4, true]);
  port.wake();
  rest(3);
  frames(3);
  expect([sent.length, port.rests]).toEqual([7, false]);
});

test('a full way keeps the due tick, and an empty display’s question before it', () => {
  const { frames, fill, rest, due, sent } = openAlone();
  fill(true);
  frames(2);
  fill(false);
  frames(1);
  expect(sent).toEqual(['redraw', 'tick']);
  rest();
  due();
  fill(true);
  frames(2);
  fill(false);
  frames(1);
  expect(sent).toEqual(['redraw', 'tick', 'tick']);
});

test('a display ticks at the frame rate while something moves, hardly at rest, and at once after it', async () => {
  const source = { load: async () => stageDefinition };
  const host = createSimHost({ seed: 1, parties: stageDefinition.parties, vms: { js: source, wasm: source } });
  const stage = await Stage.start(host);
  const display = openDisplay(host.vm, { clock: host.clock, timers: host.timers });
  display.start();
  const moves = { node: 1, property: 'x', from: null, to: 60, durationMs: 500, delayMs: 0, x1: 0, y1: 0, x2: 1, y2: 1, repeat: 0 } as const;
  stage.commit({ ...TWO_BOXES, animations: [moves] });
  await host.pass(400);
  expect(display.frame).toBeGreaterThanOrEqual(24);
  expect(display.picture.animating).toBe(true);
  await host.pass(600);
  expect([display.rests, display.picture.animating]).toEqual([true, false]);
  const before = display.frame;
  await host.pass((FRAMES * FRAME_MICROS) / 1_000);
  expect(display.frame - before).toBeLessThanOrEqual(REST_TICKS);
  expect(display.frame).toBeGreaterThan(before);
  const shown = display.picture.frame;
  stage.commit({ sets: [{ node: 1, property: 'x', value: 7 }] });
  // Less than a frame.
  await host.pass(10);
  expect(display.picture.frame).toBeGreaterThan(shown);
  expect(display.picture.itemAt(0).x).toBe(7);
  display.stop();
  const last = display.frame;
  await host.pass(3 * REST_TICK_MS);
  expect(display.frame).toBe(last);
  await stage.end();
});
