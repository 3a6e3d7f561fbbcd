import { afterEach, describe, expect, it } from 'vitest';
import {
  type CanvasDisplay,
  createBrowserHost,
  detectCapabilities,
  openDisplay,
  openFetchPort,
  openInput,
} from '../../host-shim/browser/index.js';
import { network } from '../../protocol/generated/network.js';
import { everythingHere, Stage, settings, stageDefinition, TWO_BOXES } from './port-stage.js';

const source = { entry: new URL('./unused.js', import.meta.url), load: async () => stageDefinition };
const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** Twice as many pixels as the scene has. */
function createCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = 400;
  canvas.height = 200;
  document.body.append(canvas);
  ended.push(() => canvas.remove());
  return canvas;
}

async function startStage(openPorts: (stage: Stage) => void): Promise<Stage> {
  const capabilities = { ...detectCapabilities(), ...everythingHere };
  const host = createBrowserHost({ capabilities, parties: stageDefinition.parties, vms: { js: source, wasm: source } });
  const stage = await Stage.start(host, openPorts);
  ended.push(() => stage.end());
  return stage;
}

/** Resolves with the frame number each time that a changed picture was painted. */
class Paintings {
  private painted: () => void = () => {};
  readonly onPainted = () => this.painted();
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.painted = resolve;
    });
  }
}

function pixelAt(canvas: HTMLCanvasElement, x: number, y: number): number[] {
  return [...canvas.getContext('2d')!.getImageData(2 * x, 2 * y, 1, 1).data];
}

const RED = [255, 0, 0, 255];
const GREEN = [0, 255, 0, 255];
const BLACK = [0, 0, 0, 255];

describe('display on a canvas', () => {
  it('paints boxes, rounded corners, clips, opacity, images and texts', async () => {
    const canvas = createCanvas();
    const blue = new OffscreenCanvas(1, 1);
    const context = blue.getContext('2d')!;
    context.fillStyle = '#0000ff';
    context.fillRect(0, 0, 1, 1);
    let loaded = false;
    const paintings = new Paintings();
    let display!: CanvasDisplay;
    const stage = await startStage(({ host }) => {
      display = openDisplay(host.vm, {
        canvas,
        images: (name) => (loaded && name === 'blue' ? blue : null),
        onPainted: paintings.onPainted,
      });
      display.start();
      ended.push(() => display.stop());
    });
    let painted = paintings.next();
    stage.commit(TWO_BOXES);
    await painted;
    expect(pixelAt(canvas, 50, 30)).toEqual(RED);
    expect(pixelAt(canvas, 10, 10)).toEqual(RED);
    expect(pixelAt(canvas, 150, 30)).toEqual(GREEN);
    expect(pixelAt(canvas, 110, 10), 'outside of the rounded corner').toEqual(BLACK);
    const text = canvas.getContext('2d')!.getImageData(20, 120, 360, 60).data;
    expect(
      text.some((value, index) => index % 4 === 0 && value > 128),
      'the text has bright pixels',
    ).toBe(true);

    painted = paintings.next();
    stage.commit({
      creates: [
        { node: 4, type: 'view' },
        { node: 5, type: 'image' },
      ],
      inserts: [
        { parent: 1, node: 4, before: 0 },
        { parent: 0, node: 5, before: 0 },
      ],
      sets: [
        ...settings(1, { clip: 1 }),
        ...settings(4, { x: 60, y: 0, width: 80, height: 40, colour: 0xffffffff, opacity: 0.5 }),
        ...settings(5, { x: 0, y: 90, width: 10, height: 10, colour: 0x00ff00ff }),
      ],
      strings: [{ node: 5, value: 'blue' }],
    });
    await painted;
    expect(pixelAt(canvas, 80, 30), 'half white over red').toEqual([255, 128, 128, 255]);
    expect(pixelAt(canvas, 95, 30), 'cut off by the clip').toEqual(BLACK);
    expect(pixelAt(canvas, 5, 95), 'the colour stands in for the image').toEqual(GREEN);

    loaded = true;
    painted = paintings.next();
    display.repaint();
    await painted;
    expect(pixelAt(canvas, 5, 95)).toEqual([0, 0, 255, 255]);
  });
});

describe('keyboard', () => {
  const press = (type: 'keydown' | 'keyup', key: string, repeat = false) => {
    const event = new KeyboardEvent(type, { key, repeat, cancelable: true });
    window.dispatchEvent(event);
    return event;
  };

  it('moves focus by keys and by a pointer, and releases held keys when the window loses the keyboard', async () => {
    const canvas = createCanvas();
    const keys: string[] = [];
    const stage = await startStage(({ host }) => {
      const display = openDisplay(host.vm, { canvas, images: () => null });
      const input = openInput(host.vm, { window, pointer: display, onKey: (key) => keys.push(key) });
      ended.push(() => input.close());
      display.start();
      ended.push(() => display.stop());
    });
    stage.commit(TWO_BOXES);
    await stage.until(() => stage.focused.length === 1);
    expect(press('keydown', 'ArrowRight').defaultPrevented).toBe(true);
    await stage.until(() => stage.focused.length === 2);
    window.dispatchEvent(new Event('blur'));
    press('keydown', 'ArrowLeft');
    press('keyup', 'ArrowLeft');
    await stage.until(() => stage.focused.length === 3);
    expect(stage.focused).toEqual([1, 2, 1]);
    expect(press('keydown', 'a').defaultPrevented).toBe(false);
    press('keydown', 'Escape');
    await stage.until(() => stage.leaveRequests === 1);
    expect(keys).toEqual(['right', 'left', 'back']);
    const { left, top } = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new MouseEvent('click', { clientX: left + 2 * 120, clientY: top + 2 * 20, bubbles: true }));
    await stage.until(() => stage.activated.length === 1);
    expect(stage.activated).toEqual([2]);
  });
});

describe('a text field', () => {
  it.each(['<input>', '<textarea></textarea>', '<div contenteditable>text</div>'])('%s in a shadow tree gets its keys', async (markup) => {
    const keys: string[] = [];
    await startStage(({ host }) => {
      const input = openInput(host.vm, { window, onKey: (key) => keys.push(key) });
      ended.push(() => input.close());
    });
    const box = document.createElement('div');
    document.body.append(box);
    ended.push(() => box.remove());
    const tree = box.attachShadow({ mode: 'open' });
    tree.innerHTML = markup;
    const field = tree.firstElementChild!;
    for (const key of ['ArrowLeft', 'Enter', 'Backspace', 'Escape']) {
      field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true }));
    }
    expect(keys).toEqual(['back']);
  });
});

describe('fetch port', () => {
  it('gets the server’s answer', async () => {
    const stage = await startStage(({ host }) => void openFetchPort(host.vm, { fetch, baseUrl: new URL(location.href) }));
    const reply = await stage.page.request(network.receives.request, {
      url: '/package.json',
      method: 'GET',
      headers: [],
      body: new Uint8Array(0),
      cache: { maxAgeMs: 0, staleMs: 0 },
      priority: 0,
      retries: 0,
      timeoutMs: 0,
    });
    expect(reply).toMatchObject({ status: 200, failure: 'none' });
    expect(JSON.parse(new TextDecoder().decode(reply.body)).name).toBe('tandem');
  });
});
