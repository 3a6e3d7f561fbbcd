/** The television for a test: a page in Chromium with a remote control, and ways to look at it. Every wait is for a condition. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import type { PortStatus } from '../../actors/supervisor/change-feed.js';
import type { Debugger } from '../../debugger/server/server.js';
import type { FilmPage } from '../../examples/tv/catalogue/film.js';
import { loadCatalogue } from '../../examples/tv/catalogue/load.js';
import { type RunningServer, startServer } from '../../examples/tv/server/server.js';
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.js';

/** Long enough for a busy machine. */
export const PATIENCE_MS = 60_000;
const LATENCY_MS = { min: 5, max: 60 };
/** Longer than a picture takes to trigger its next change. */
const STILL_FRAMES = 6;

const SITE = fileURLToPath(new URL('../../dist/examples/tv/site', import.meta.url));
const ARTEFACTS = fileURLToPath(new URL('../../artifacts/', import.meta.url));

export const launchChromium = (...flags: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium() ?? undefined, args: [...CHROMIUM_FLAGS, ...flags] });

const catalogue = loadCatalogue();

/** @param looking the debugger that looks at it; none when not given */
export const serveTelevision = (looking?: Debugger): Promise<RunningServer> =>
  startServer({ catalogue, port: 0, latencyMs: LATENCY_MS, root: SITE, debugger: looking });

/** Title of the film at a place of the browse screen, taken from the catalogue. */
export function titleAt(rail: number, position: number): string {
  const genre = encodeURIComponent(catalogue.genres[rail].name);
  const { body } = catalogue.answer(`/api/films?genre=${genre}&from=${position}&count=1`);
  return (JSON.parse(body) as FilmPage).films[0].title;
}

/** A quarter of a television's pixels: without a graphics card they are what a picture costs, and what a test looks at does not depend on them. */
const SMALL_SCREEN = { width: 640, height: 360 };

/** A television that is opened in a browser that had one before finds the site's files and their compiled code, which halves its costs. */
const contexts = new WeakMap<Browser, Map<number, Promise<BrowserContext>>>();

function contextOf(browser: Browser, pixelRatio: number): Promise<BrowserContext> {
  const ofBrowser = contexts.get(browser) ?? new Map<number, Promise<BrowserContext>>();
  contexts.set(browser, ofBrowser);
  const known = ofBrowser.get(pixelRatio);
  if (known) return known;
  const made = browser.newContext({ viewport: SMALL_SCREEN, deviceScaleFactor: pixelRatio });
  ofBrowser.set(pixelRatio, made);
  return made;
}

/** Forgets what televisions before have stored. */
async function clearStorage(page: Page, origin: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
  await session.detach();
}

export interface ActorTile {
  readonly vm: string;
  readonly state: string;
  readonly restarts: number;
}

export class Television {
  private constructor(readonly page: Page) {}

  /**
   * Opens a television that has nothing in storage, in place of the one before in the same browser.
   *
   * @param prepare is called before the page is loaded
   */
  static async open(
    browser: Browser,
    server: RunningServer,
    query = '',
    prepare?: (page: Page) => Promise<unknown>,
    pixelRatio = 1,
  ): Promise<Television> {
    const context = await contextOf(browser, pixelRatio);
    // A test that failed has left its television.
    for (const left of context.pages()) await left.close();
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await clearStorage(page, new URL(server.url).origin);
    await prepare?.(page);
    await page.goto(new URL(`/${query}`, server.url).href);
    return new Television(page);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** An attribute of the page, for example `data-focused`. */
  look(name: string): Promise<string | null> {
    return this.page.getAttribute('#television', `data-${name}`);
  }

  /** Waits until an attribute of the page is as wanted. */
  async see(name: string, wanted: string): Promise<void> {
    await this.page.waitForSelector(`#television[data-${name}="${quoted(wanted)}"]`, { state: 'attached' });
  }

  /**
   * Waits until the node with this title has focus, all data has arrived, and nothing moves for some frames: everything is also still for a
   * moment between two movements. @returns the hash of the picture
   */
  async settle(focused: string): Promise<string> {
    // Panel and console are loaded when the television runs.
    await this.page.waitForSelector('#actors li', { state: 'attached' });
    const still = '[data-state="running"][data-requests="0"][data-placeholders="0"][data-animating="false"][data-picture-hash]';
    const selector = `#television${still}[data-focused="${quoted(focused)}"]`;
    await this.page.waitForSelector(selector, { state: 'attached' });
    return this.page.evaluate(
      async ([selector, frames]) => {
        let hash: string | undefined;
        for (let same = 0; same < frames || hash === undefined; same++) {
          await new Promise(requestAnimationFrame);
          const now = document.querySelector<HTMLElement>(selector)?.dataset.pictureHash;
          if (now !== hash) same = 0;
          hash = now;
        }
        return hash;
      },
      [selector, STILL_FRAMES] as const,
    );
  }

  /** Width and height of the canvas. */
  async pixels(): Promise<readonly number[] | undefined> {
    return (await this.look('pixels'))?.split(' ').map(Number);
  }

  seePixels(width: number, height: number): Promise<void> {
    return this.see('pixels', `${width} ${height}`);
  }

  /** Records every picture from now on. @returns a function that gives those that differed from the one before */
  async watchPictures(): Promise<() => Promise<readonly string[]>> {
    await this.page.evaluate(() => {
      const television = document.getElementById('television')!;
      const seen: string[] = ((window as unknown as { seen: string[] }).seen = []);
      new MutationObserver(() => {
        const picture = television.dataset.pictureHash ?? 'moving';
        if (picture !== seen.at(-1)) seen.push(picture);
      }).observe(television, { attributeFilter: ['data-painted'] });
    });
    return () => this.page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  }

  /** Ends a VM's thread from outside. Only for a television that was opened with `keepWorkers`. */
  async killWorker(entry: string): Promise<void> {
    await this.page.evaluate((entry) => {
      const { workers } = window as unknown as { workers: { entry: string; worker: Worker }[] };
      workers.find((kept) => kept.entry.includes(entry))!.worker.terminate();
    }, entry);
  }

  /** Ends the painter's thread. Resolves when the next one has painted. */
  async restartPainter(): Promise<void> {
    const before = await this.look('painted-ms');
    const [painter] = this.page.workers().filter((worker) => new URL(worker.url()).pathname === '/painter.js');
    await painter.evaluate(() => void setTimeout(() => self.close()));
    await this.page.waitForFunction(() =>
      Reflect.get(window, 'tandem').system.ports.some(({ port, restarts }: PortStatus) => port === 'display' && restarts === 1),
    );
    await this.page.waitForFunction((before) => document.getElementById('television')!.dataset.paintedMs !== before, before);
  }

  async actor(name: string): Promise<ActorTile> {
    const tile = this.page.locator(`#actors [data-party="${name}"]`);
    const [vm, state, restarts] = await Promise.all(['vm', 'state', 'restarts'].map((attribute) => tile.getAttribute(`data-${attribute}`)));
    return { vm: vm ?? '', state: state ?? '', restarts: Number(restarts) };
  }

  /** The panel's text about an actor: its last crash, or why it is not in Wasm. */
  async told(name: string): Promise<string | null> {
    return this.page.textContent(`#actors [data-party="${name}"] .last-crash`);
  }

  /** Waits until an actor runs again after so many restarts. */
  async restarted(name: string, restarts: number): Promise<void> {
    await this.page.waitForSelector(`#actors [data-party="${name}"][data-state="running"][data-restarts="${restarts}"]`);
  }

  /** Presses a key, and another one as soon as the picture moves: in one task of the page, so that the test adds no delay. */
  async pressWhileMoving(first: string, second: string): Promise<void> {
    const press = ([begin, follow]: string[]) => {
      const television = document.getElementById('television')!;
      const strike = (key: string) => {
        window.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
        window.dispatchEvent(new KeyboardEvent('keyup', { key, cancelable: true }));
      };
      const before = television.dataset.pictureHash;
      return new Promise<void>((struck) => {
        const observer = new MutationObserver(() => {
          // A busy page may see the end of a movement and nothing of it before.
          const { animating, pictureHash } = television.dataset;
          if (animating !== 'true' && (!pictureHash || pictureHash === before)) return;
          observer.disconnect();
          strike(follow);
          struck();
        });
        observer.observe(television, { attributeFilter: ['data-animating', 'data-painted'] });
        strike(begin);
      });
    };
    await this.page.evaluate(press, [first, second]);
  }

  /** Saves a screenshot for people, in `artifacts/`. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(ARTEFACTS, { recursive: true });
    await this.page.screenshot({ path: `${ARTEFACTS}tv-${name}.png` });
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

/** Makes the page's workers available to `killWorker`. */
export const keepWorkers = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const workers: { entry: string; worker: Worker }[] = ((window as unknown as { workers: unknown[] }).workers = []) as never;
    window.Worker = class extends Worker {
      constructor(entry: string | URL, options?: WorkerOptions) {
        super(entry, options);
        workers.push({ entry: String(entry), worker: this });
      }
    };
  });

const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&');

/** A television whose films arrive only when they are released. */
export async function openHeld(
  browser: Browser,
  server: RunningServer,
  query = '',
): Promise<{ television: Television; release: () => void }> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const hold = (page: Page) =>
    page.route('**/api/films?*', async (route) => {
      await released;
      await route.continue();
    });
  return { television: await Television.open(browser, server, query, hold), release };
}
