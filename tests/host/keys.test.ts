/** The meaning of a browser's key events, with events as devices send them, on the virtual clock of the simulation. */
import { afterEach, describe, expect, it, test } from 'vitest';
import { type BrowserInput, openInput } from '../../host-shim/browser/ports/input.js';
import { createSimHost, openDisplay } from '../../host-shim/sim/index.js';
import { Stage, settings, stageDefinition } from './port-stage.js';

const source = { load: async () => stageDefinition };
const CARDS = 60;
const nodes = Array.from({ length: CARDS }, (_, index) => index + 1);
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

type Pressed = Partial<Pick<KeyboardEvent, 'key' | 'keyCode' | 'repeat' | 'isComposing' | 'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey'>>;

/** A row of cards, and a window without a browser. */
class Row {
  readonly keys: string[] = [];
  private readonly window = new EventTarget();
  private constructor(
    private readonly host: ReturnType<typeof createSimHost>,
    readonly stage: Stage,
  ) {}

  static async open(options: Partial<Parameters<typeof openInput>[1]> = {}): Promise<Row> {
    const host = createSimHost({ seed: 1, parties: stageDefinition.parties, vms: { js: source, wasm: source } });
    const stage = await Stage.start(host);
    const row = new Row(host, stage);
    const onKey = (key: string) => row.keys.push(key);
    const input: BrowserInput = openInput(host.vm, { window: row.window as unknown as Window, onKey, ...options });
    const display = openDisplay(host.vm, { clock: host.clock, timers: host.timers });
    display.start();
    stage.commit({
      creates: nodes.map((node) => ({ node, type: 'view' })),
      inserts: nodes.map((node) => ({ parent: 0, node, before: 0 })),
      sets: nodes.flatMap((node) => settings(node, { x: node * 120, y: 0, width: 100, height: 60, focusable: 1 })),
    });
    await host.pass(100);
    ended.push(
      () => stage.end(),
      () => display.stop(),
      () => input.close(),
    );
    return row;
  }

  /** @param at the element with the keyboard @returns whether the key was taken from the browser */
  send(type: 'keydown' | 'keyup', pressed: Pressed, at?: object, window: EventTarget = this.window): boolean {
    const event = new Event(type, { cancelable: true });
    const { key = '', keyCode = 0, ...rest } = pressed;
    const fields = { key, keyCode, repeat: false, timeStamp: this.host.clock.nowMicros() / 1000, ...rest };
    for (const [name, value] of Object.entries(fields)) Object.defineProperty(event, name, { value });
    if (at) Object.defineProperty(event, 'composedPath', { value: () => [at, this.window] });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  }

  /** @param at in pixels of the scene; null outside of the picture */
  point(type: 'mousemove' | 'click' | 'wheel', at: readonly [x: number, y: number] | null, wheel: object = {}): boolean {
    const event = new Event(type, { cancelable: true });
    const fields = {
      place: at && { x: at[0], y: at[1] },
      deltaX: 0,
      deltaY: 0,
      deltaMode: 0,
      timeStamp: this.host.clock.nowMicros() / 1000,
      ...wheel,
    };
    for (const [name, value] of Object.entries(fields)) Object.defineProperty(event, name, { value });
    this.window.dispatchEvent(event);
    return event.defaultPrevented;
  }

  pass(milliseconds: number): Promise<void> {
    return this.host.pass(milliseconds);
  }

  /** Number of cards that focus has passed. */
  get moves(): number {
    return this.stage.focused.length - 1;
  }
}

const ARROW = { key: 'ArrowRight', keyCode: 39 };

describe('a key', () => {
  test.each([
    [{ key: 'Unidentified', keyCode: 461 }, 'back'],
    [{ key: 'Unidentified', keyCode: 10009 }, 'back'],
    [{ keyCode: 461 }, 'back'],
    [{ key: 'Return', keyCode: 10009 }, 'back'],
    [{ key: 'XF86Back', keyCode: 10009 }, 'back'],
    [{ key: 'GoBack', keyCode: 461 }, 'back'],
    [{ key: 'BrowserBack', keyCode: 166 }, 'back'],
    [{ key: 'Unidentified', keyCode: 166 }, 'back'],
    [{ key: 'Escape', keyCode: 27 }, 'back'],
    [{ key: 'Esc', keyCode: 27 }, 'back'],
    [{ keyCode: 8 }, 'back'],
    [{ keyCode: 13 }, 'enter'],
    [{ key: 'Unidentified', keyCode: 37 }, 'left'],
    [{ key: 'Unidentified', keyCode: 38 }, 'up'],
    [{ key: 'Unidentified', keyCode: 39 }, 'right'],
    [{ keyCode: 40 }, 'down'],
    [{ key: 'Down', keyCode: 40 }, 'down'],
    [{ key: 'Enter', keyCode: 13 }, 'enter'],
    [{ ...ARROW, shiftKey: true }, 'right'],
    [{ key: 'a', keyCode: 65 }, null],
    [{ key: '(', keyCode: 40 }, null],
    [{ key: '4', keyCode: 100 }, null],
    [{ key: 'Unidentified', keyCode: 0 }, null],
    [{ key: 'toString', keyCode: 0 }, null],
    [{ ...ARROW, ctrlKey: true }, null],
    [{ ...ARROW, altKey: true }, null],
    [{ ...ARROW, metaKey: true }, null],
    [{ key: 'Enter', keyCode: 13, isComposing: true }, null],
    [{ key: 'Enter', keyCode: 229 }, null],
    [{ key: 'Process', keyCode: 229 }, null],
  ] as const)('%o is %s', async (pressed, meaning) => {
    const row = await Row.open();
    expect(row.send('keydown', pressed)).toBe(meaning !== null);
    expect(row.keys).toEqual(meaning === null ? [] : [meaning]);
  });

  it('may be given other names and numbers', async () => {
    const row = await Row.open({ tables: [{ names: { q: 'back' } }, { codes: { 65376: 'enter', 461: 'left' } }] });
    for (const pressed of [{ key: 'q' }, { key: 'OK', keyCode: 65376 }, ARROW, { keyCode: 461 }]) row.send('keydown', pressed);
    expect(row.keys).toEqual(['back', 'enter', 'right', 'left']);
  });

  it('of a set that gives HbbTV’s constants other numbers is what the set says', async () => {
    const window = Object.assign(new EventTarget(), { VK_BACK: 608, KeyEvent: { VK_PLAY: 700 } });
    const media: string[] = [];
    const row = await Row.open({ window: window as unknown as Window, onMedia: (key, phase) => media.push(`${key} ${phase}`) });
    row.send('keydown', { key: 'Unidentified', keyCode: 608 }, undefined, window);
    for (const type of ['keydown', 'keyup'] as const) row.send(type, { keyCode: 700 }, undefined, window);
    expect([row.keys, media]).toEqual([['back'], ['play down', 'play up']]);
  });

  it.each([
    [{ key: 'MediaPlayPause', keyCode: 10252 }, 'playPause'],
    [{ keyCode: 415 }, 'play'],
    [{ key: 'ColorF0Red', keyCode: 403 }, 'red'],
    [{ keyCode: 417 }, 'fastForward'],
  ] as const)('of media goes to who listens, and is the browser’s when nobody does: %o', async (pressed, meaning) => {
    const media: string[] = [];
    const row = await Row.open({ onMedia: (key) => media.push(key) });
    expect(row.send('keydown', pressed)).toBe(true);
    expect([media, row.keys]).toEqual([[meaning], []]);
    expect((await Row.open()).send('keydown', pressed)).toBe(false);
  });

  it('of media is asked for on Tizen', async () => {
    const asked: string[] = [];
    const tvinputdevice = { registerKey: (name: string) => asked.push(name) };
    await Row.open({ window: Object.assign(new EventTarget(), { tizen: { tvinputdevice } }) as unknown as Window, onMedia() {} });
    expect(asked).toContain('MediaPlayPause');
  });
});

describe('a pointer', () => {
  const pointer = { placeOf: (event: unknown) => (event as { place: { x: number; y: number } | null }).place };
  const middleOf = (card: number) => [card * 120 + 50, 30] as const;

  it('moves focus by hover, activates by a click, and goes along the row by its wheel', async () => {
    const row = await Row.open({ pointer });
    const { focused } = row.stage;
    row.point('mousemove', middleOf(3));
    await row.pass(50);
    row.point('mousemove', middleOf(9)); // too soon after the one before
    row.point('mousemove', null);
    await row.pass(150);
    expect(focused.slice(1)).toEqual([3]);
    for (const card of [2, 8, 4]) row.point('mousemove', middleOf(card));
    await row.pass(150);
    expect(focused.splice(2)).toEqual([2, 4]); // where it has stopped
    row.point('mousemove', middleOf(3));
    row.point('mousemove', middleOf(9)); // the click comes before it counts
    row.point('click', middleOf(5));
    await row.pass(50);
    expect(row.stage.activated).toEqual([5]);
    expect(row.point('wheel', middleOf(7), { deltaY: 40 })).toBe(false);
    expect(row.point('wheel', middleOf(7), { deltaY: 40 })).toBe(true);
    row.point('wheel', middleOf(7), { deltaY: -3, deltaMode: 1 });
    row.point('wheel', middleOf(7), { deltaX: 100 });
    await row.pass(50);
    expect(focused.slice(2)).toEqual([5, 6, 5, 6]);
    expect(row.point('wheel', null, { deltaY: 100 })).toBe(false);
  });
});

describe('a held key', () => {
  /** Thirty repeats a second for a second and a half, after the platform's pause. */
  const hold = async (row: Row, pauseMs: number, repeat: boolean) => {
    row.send('keydown', ARROW);
    await row.pass(pauseMs);
    for (let at = pauseMs; at < 1500; at += 1000 / 30) {
      row.send('keydown', { ...ARROW, repeat });
      await row.pass(1000 / 30);
    }
    return row.moves;
  };

  test.each([1000 / 30, 250, 500, 660])(
    'repeats at the pace of focus, after a pause of %i ms, also when nothing says that it does',
    async (pauseMs) => {
      const moves = await hold(await Row.open(), pauseMs, false);
      expect(moves).toBe(await hold(await Row.open(), pauseMs, true));
      expect(moves).toBeGreaterThanOrEqual(8);
      expect(moves).toBeLessThanOrEqual(10);
    },
  );

  it('that never goes up counts as pressed again after a while, also Enter and Back', async () => {
    const row = await Row.open();
    for (const wait of [900, 900, 100]) {
      row.send('keydown', { keyCode: 461 });
      await row.pass(wait);
    }
    row.send('keydown', { keyCode: 461 });
    await row.pass(100);
    expect(row.stage.leaveRequests).toBe(3);
  });

  it('that goes up can be pressed again at once', async () => {
    const row = await Row.open();
    for (let i = 0; i < 5; i++) {
      row.send('keydown', ARROW);
      row.send('keyup', { keyCode: 39 });
      await row.pass(50);
    }
    expect(row.moves).toBe(5);
  });
});

describe('a text field with the keyboard', () => {
  const TYPED = [
    ARROW,
    { key: 'ArrowUp', keyCode: 38 },
    { key: 'Enter', keyCode: 13 },
    { key: 'Backspace', keyCode: 8 },
    { key: 'Unidentified', keyCode: 8 },
  ];
  test.each([{ localName: 'input' }, { localName: 'textarea' }, { localName: 'select' }, { localName: 'div', isContentEditable: true }])(
    '%o gets arrows, Enter and Backspace; Back and Escape lead out of it',
    async (field) => {
      const row = await Row.open();
      for (const pressed of TYPED) expect(row.send('keydown', pressed, field)).toBe(false);
      for (const pressed of [{ keyCode: 461 }, { key: 'Escape', keyCode: 27 }]) expect(row.send('keydown', pressed, field)).toBe(true);
      expect(row.keys).toEqual(['back', 'back']);
    },
  );

  it('differs from any other element', async () => {
    const row = await Row.open();
    for (const pressed of TYPED) row.send('keydown', pressed, { localName: 'canvas', isContentEditable: false });
    expect(row.keys).toEqual(['right', 'up', 'enter', 'back', 'back']);
  });
});
