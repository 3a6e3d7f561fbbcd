/** The television as it runs, in one tab, and the debugger of its server in another, as a person uses both. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Player } from '../../debugger/player/player.js';
import { readNotes } from '../../debugger/player/saved-copy.js';
import { Applications } from '../../debugger/server/applications.js';
import { Debugger } from '../../debugger/server/server.js';
import type { RunningServer } from '../../examples/tv/server/server.js';
import { MemoryFile, openRecording } from '../../trace/index.js';
import { taken } from './entries/pasted.js';
import { launchChromium, PATIENCE_MS, serveTelevision, Television } from './television.js';

const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
/** A file for people. */
const artefact = (name: string) => own(`../../artifacts/debugger-${name}.png`);
const own = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PATIENT = { timeout: PATIENCE_MS };
let browser: Browser;
let server: RunningServer;
let page: Page;
let television: Television;
const problems: string[] = [];

beforeAll(async () => {
  // Its twin in JavaScript, which is the truth, has a focus after Back that the television's has not.
  const player = new Player(own('../replay/applications/defective-focus.ts'));
  const looking = new Debugger({ subject: new Applications(() => 'the television is not here'), site: built('debugger/site'), player });
  server = await serveTelevision(looking);
  browser = await launchChromium();
  const permissions = ['clipboard-read', 'clipboard-write'];
  page = await (await browser.newContext({ viewport: { width: 1400, height: 900 }, permissions })).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', ({ message }) => problems.push(message));
});
let ending: Promise<void> | undefined;
const endServer = () => (ending ??= server.close());
afterAll(async () => {
  await browser.close();
  await endServer();
  expect(problems).toEqual([]);
});

const filter = async (text: string) => {
  for (const key of ['/', 'Escape', '/']) await page.keyboard.press(key);
  await page.locator('#filter-said:empty').waitFor({ state: 'attached' });
  // At once: what is typed letter by letter is a filter of its own at each pause.
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
  await page.locator('#filter-said').getByText(/fit/).waitFor();
  // Rows that were drawn for the filter before are gone then.
  await nextFrame();
};
const nextFrame = () => page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));

const selectLastKey = async () => {
  await filter('kind:focus.key body.phase="down"');
  await page.locator('.row').last().click();
  await page
    .locator('#detail h2')
    .getByText(/focus\.key/)
    .waitFor();
};

const messages = async () => Number((await page.locator('#state').textContent())!.replace(/ messages.*/, '').replaceAll(',', ''));

test('the page waits for the television, and goes along with it when it comes', async () => {
  await page.goto(server.debugger!.href);
  await page.getByText('the television is not here').waitFor();
  television = await Television.open(browser, server);
  await page.locator('#live[aria-pressed=true]').getByText(/LIVE/).waitFor();
  await page.locator('#name').getByText('Tandem TV').waitFor();
  // What was before the recording is not in it.
  await expect.poll(messages, PATIENT).toBeGreaterThan(0);
  const before = await messages();
  await television.page.keyboard.press('ArrowRight');
  await expect.poll(messages, PATIENT).toBeGreaterThan(before);
});

test('a key that is pressed now is in the list, with its path to the picture', async () => {
  await page.keyboard.press('/');
  await page.keyboard.type('kind:focus.key body.phase="down"');
  await page.keyboard.press('Enter');
  const rows = page.locator('.row', { hasText: 'focus.key' });
  await rows.first().waitFor();
  const count = await rows.count();
  await television.page.keyboard.press('ArrowRight');
  await expect.poll(() => rows.count(), PATIENT).toBe(count + 1);
  await rows.last().click();
  // The picture of it may come with the next chunk.
  await expect
    .poll(async () => {
      await page.keyboard.press('j');
      return (await page.locator('.sentence').allTextContents()).join();
    }, PATIENT)
    .toMatch(/^key to picture [\d.]+ (us|ms|s), of it /);
});

test('what is selected stays while more comes; End goes along again', async () => {
  const title = () => page.locator('#detail h2').textContent();
  const before = [await title(), await messages()] as const;
  await television.page.keyboard.press('ArrowLeft');
  await expect.poll(messages, PATIENT).toBeGreaterThan(before[1]);
  expect(await title()).toBe(before[0]);
  expect(await page.locator('#live').getAttribute('aria-pressed')).toBe('false');
  await page.keyboard.press('End');
  expect(await page.locator('#live').getAttribute('aria-pressed')).toBe('true');
});

test('the state before and after is found while it runs', async () => {
  await page.locator('.row', { hasText: 'focus.key' }).last().click();
  await page.keyboard.press('Enter');
  await page.locator('.changes').waitFor();
  await television.see('replay', 'true');
  await page.keyboard.press('End');
  await television.see('replay', 'false');
});

test('an actor is crashed from its row, and goes on: its restart is counted there and its trap is in the run', async () => {
  await page.keyboard.press('t');
  const row = page.locator('.actors tr', { has: page.getByRole('rowheader', { name: 'focus' }) });
  await row.getByText('running').waitFor();
  await page.getByRole('button', { name: 'crash focus' }).click();
  await page.getByText('crash focus: done').waitFor();
  await television.page.keyboard.press('ArrowRight');
  await row.locator('td').nth(2).getByText('1').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('/');
  await page.keyboard.type('trap to:focus');
  await page.keyboard.press('Enter');
  await page.locator('.row.wrong').first().waitFor();
});

/** The minute. */
describe('a developer with a misbehaving screen', () => {
  test('reads the path of a key', async () => {
    await filter('kind:focus.key body.phase="down" body.key="right"');
    await television.page.keyboard.press('ArrowRight');
    await page.locator('.row').last().click();
    await page
      .locator('.sentence')
      .getByText(/^key to picture/)
      .waitFor();
  });

  test('sees of a crash the line of AssemblyScript, the message, and the state before', async () => {
    await filter('trap to:focus');
    await page.locator('.row.wrong').first().click();
    await page
      .locator('.place')
      .getByText(/wasm-actors\/\w+\.ts:\d+/)
      .waitFor();
    await page.locator('.code .meant').waitFor();
    expect(await page.locator('#detail .body').textContent()).toMatch(/"key"/);
    await page.keyboard.press('Enter');
    await page.getByText('The whole state before, as text').waitFor();
    await page.getByText('The whole state after, with a search').click();
    const state = page.getByRole('region', { name: 'State' });
    await state.getByRole('searchbox').fill('edgeReported');
    await expect.poll(() => state.locator('.found tr').allTextContents()).toEqual([expect.stringMatching(/edgeReported/)]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await television.see('replay', 'false');
  });

  test('drags back, and the screen of the television goes along; the wrong value leads to the message that set it', async () => {
    const focused = async () => (await television.look('focused')) ?? '';
    await filter('kind:focus.focus');
    const wishes = page.locator('.row', { hasText: 'focus.focus' });
    const browsed = await focused();
    await television.press('Enter');
    await expect.poll(focused, PATIENT).toBe('Play');
    const count = await wishes.count();
    await television.press('Backspace');
    await expect.poll(() => wishes.count(), PATIENT).toBeGreaterThan(count);
    await expect.poll(focused, PATIENT).toBe(browsed);
    const { x, y, width } = (await page.locator('#film').boundingBox())!;
    await page.mouse.move(x + width - 2, y + 40);
    await page.mouse.down();
    await television.see('replay', 'true');
    for (let at = x + width - 2; (await focused()) !== 'Play' && at > x + width / 3; at -= 6) {
      const before = await page.locator('#screen canvas').getAttribute('data-row');
      await page.mouse.move(at, y + 40);
      if (before !== (await page.locator('#screen canvas').getAttribute('data-row'))) await nextFrame();
    }
    await page.mouse.up();
    // The screen comes after the hand, which may have gone too far.
    const forth = async () => {
      if ((await focused()) !== 'Play') await page.keyboard.press(']');
      return focused();
    };
    await expect.poll(forth, PATIENT).toBe('Play');
    await television.screenshot('replay');
    // The picture stays whatever becomes of who paints it.
    await television.restartPainter();
    expect([await focused(), await television.look('replay')]).toEqual(['Play', 'true']);
    await page.locator('.moment[data-actor=focus] summary').click();
    const row = page.locator('.moment[data-actor=focus] .found tr', { has: page.locator('th', { hasText: /^focused$/ }) });
    await row.locator('.value').click();
    await page
      .locator('#detail h2')
      .getByText(/^#\d+ (focus|scene)\.\w+$/)
      .waitFor();
    await page.screenshot({ path: artefact('minute') });
    await page.keyboard.press('Escape');
    await television.see('replay', 'false');
    await expect.poll(focused, PATIENT).toBe(browsed);
  });

  test('copies the message after Back as a test, which fails as it should', async () => {
    await page.locator('.row', { hasText: 'focus.focus' }).last().click();
    await page.keyboard.press('c');
    await page.getByText('The test is on the clipboard').waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    const pasted = artefact('pasted').replace('.png', '.ts');
    writeFileSync(pasted, text.replace("from 'vitest'", `from '${own('entries/pasted.ts')}'`));
    await import(pasted);
    const [run] = taken;
    await expect(run()).rejects.toThrow(/to be null/);
  });
});

test('supervision says who supervises whom, and which version each follower has', async () => {
  await page.keyboard.press('u');
  await page.locator('#supervision tr', { hasText: 'one_for_one' }).getByText('root').waitFor();
  await page.locator('#supervision tr', { hasText: 'scene.layout' }).getByText('focus').waitFor();
  const focus = page.locator('#supervision section[aria-label^="Actors"] tr', { has: page.getByRole('rowheader', { name: 'focus' }) });
  const restarts = async () => Number(await focus.locator('td').nth(4).textContent());
  expect(await restarts()).toBeGreaterThan(0);
  await page.screenshot({ path: artefact('supervision') });
  await page.keyboard.press('Escape');
  // The state is that of the moment travelled to, before the crash.
  await filter('kind:focus.key');
  await page.locator('#list').evaluate((list) => void (list.scrollTop = 0));
  await nextFrame();
  await page.locator('.row').first().click();
  await page.keyboard.press('Enter');
  await page.locator('#replay').waitFor();
  await page.keyboard.press('u');
  await page
    .locator('#supervision')
    .getByText(/^The system is running, at #\d+, /)
    .waitFor();
  expect(await restarts()).toBe(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await television.see('replay', 'false');
});

test('a message is edited, tried in a throw-away copy, and sent for real', async () => {
  await selectLastKey();
  await page.keyboard.press('e');
  const body = page.getByRole('textbox', { name: 'Body of the message' });
  await body.fill('{ "key": "sideways", "phase": "down" }');
  await page.getByRole('button', { name: 'try now' }).click();
  await page.getByText('not one of its options').waitFor();
  const before = await television.look('focused');
  await body.fill('{ "key": "down", "phase": "down" }');
  await page.getByRole('button', { name: 'try in place of' }).click();
  await page.getByText(/It would be handled/).waitFor();
  await page.getByRole('button', { name: 'try now' }).click();
  await page.getByText('focus.focused → followers').waitFor();
  await page.screenshot({ path: artefact('send') });
  expect(await television.look('focused')).toBe(before);
  await page.getByRole('button', { name: 'send it for real' }).click();
  await expect.poll(() => television.look('focused'), PATIENT).not.toBe(before);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
});

test('notes of an application that runs are in what is saved of it, which is whole', async () => {
  await selectLastKey();
  await page.keyboard.press('Enter');
  await page.keyboard.press('h');
  await page
    .getByRole('textbox', { name: /^Note at #/ })
    .first()
    .fill('from a life');
  const downloads = page.waitForEvent('download');
  await page.getByRole('button', { name: 'save the recording as a file' }).click();
  const path = await (await downloads).path();
  expect(await readNotes(path)).toContainEqual(
    expect.objectContaining({ title: expect.stringContaining('focus.key'), text: 'from a life' }),
  );
  expect((await openRecording(new MemoryFile(new Uint8Array(readFileSync(path))))).truncated).toBe(false);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
});

test('X has what was not delivered: it is tried in a throw-away copy, and delivered for real', async () => {
  const act = async (what: string) => {
    await page.keyboard.press('t');
    await page.getByRole('button', { name: what, exact: true }).click();
    await page.getByText(`${what}: done`).waitFor();
    await page.keyboard.press('Escape');
  };
  await page.keyboard.press('x');
  await page.getByText('there are no dead letters').waitFor();
  await page.keyboard.press('Escape');
  const before = await television.look('focused');
  await act('stop focus');
  await television.page.keyboard.press('ArrowUp');
  await page.keyboard.press('x');
  const letters = page.locator('#letters tr', { hasText: 'focus.key' });
  const down = letters.filter({ hasText: 'phase: "down"' });
  await down.first().waitFor();
  await page.keyboard.press('Escape');
  await act('start focus');
  await page.keyboard.press('x');
  await down.getByRole('button', { name: 'try focus.key from input to focus' }).click();
  await page.locator('#letters').getByText('It would be handled, and send:').waitFor();
  await page.locator('#letters').getByText('focus.focused → followers').waitFor();
  await page.screenshot({ path: artefact('letters') });
  expect(await television.look('focused')).toBe(before);
  await down.getByRole('button', { name: 'deliver focus.key from input to focus' }).click();
  await page.locator('#letters').getByText('deliver focus.key from input to focus: done').waitFor();
  await expect.poll(() => television.look('focused'), PATIENT).not.toBe(before);
  await down.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
});

test('the television stands as a whole, goes on message by message and to a picture, and stands at breakpoints and traps', async () => {
  const where = page.locator('#standing .where');
  const focused = () => television.look('focused');
  const waiting = async () =>
    ((await where.textContent()) ?? '')
      .replace(/.*waiting:/, '')
      .match(/\d+/g)
      ?.reduce((sum, n) => sum + Number(n), 0) ?? 0;
  await page.keyboard.press('Space');
  await where.getByText('as it was asked to').waitFor();
  const [before, waited] = [await focused(), await waiting()];
  // The key is not lost: it waits.
  await television.page.keyboard.press('ArrowDown');
  await expect.poll(waiting, PATIENT).toBeGreaterThan(waited);
  expect(await focused()).toBe(before);
  await page.keyboard.press('Space');
  const elsewhere = async () => ![before, ''].includes(await focused());
  await expect.poll(elsewhere, PATIENT).toBe(true);
  const below = await focused();
  expect(await where.isVisible()).toBe(false);
  // Each press counts, however fast: it stands, goes on, and then there is nothing to step.
  await page.evaluate(() => {
    for (const key of [' ', ' ', 'n']) document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });
  await page.locator('#said').getByText('the application goes on: let it stand first').waitFor({ state: 'attached' });

  await page.keyboard.press('b');
  const field = page.getByRole('textbox', { name: 'A new breakpoint' });
  await field.fill('focus.nothing');
  await field.press('Enter');
  await page.locator('#points').getByText('there is no kind focus.nothing').waitFor();
  await field.fill('focus.key if message.phase === "down"');
  await field.press('Enter');
  await page.getByRole('checkbox', { name: /focus\.key if/ }).waitFor();
  await page.keyboard.press('Escape');
  await television.page.keyboard.press('ArrowUp');
  await where.getByText('at a breakpoint, before focus.key from input to focus in wasm {key: "up", phase: "down"}').waitFor();
  await page.screenshot({ path: artefact('paused') });
  // What was sent before it in another VM comes first.
  const chosen = page.locator('#detail h2');
  do {
    const before = await chosen.textContent();
    await page.keyboard.press('n');
    await expect.poll(() => chosen.textContent(), PATIENT).not.toBe(before);
  } while (!/focus\.key/.test((await chosen.textContent())!));
  await where.getByText('after the step focus.key from input to focus in wasm').waitFor();
  await page.keyboard.press('p');
  await where.getByText(/^after display\.displayList from scene to display/).waitFor();
  // Once the screen is still, it says for what it waits, and any key ends that. While it moves, each time there is a picture.
  const still = where.getByText('it waits for something to move. Any key here, as Space, ends that');
  const untilStill = async () => {
    if (await still.isVisible()) return true;
    if (await page.locator('#standing strong', { hasText: 'PAUSED' }).isVisible()) await page.keyboard.press('p');
    return false;
  };
  await expect.poll(untilStill, { ...PATIENT, interval: 1_000 }).toBe(true);
  await page.screenshot({ path: artefact('still') });
  await page.keyboard.press('j');
  await where.getByText(/^as it was asked to/).waitFor();

  await page.keyboard.press('b');
  await page.getByRole('checkbox', { name: /focus\.key if/ }).uncheck();
  await page
    .locator('#points')
    .getByText(/: off: done/)
    .waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  await page.getByRole('button', { name: 'crash focus' }).click();
  await page.getByText('crash focus: done').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await television.page.keyboard.press('ArrowDown');
  await where.getByText(/at a trap in \S+ from \S+ to focus in wasm \{.*\}: unreachable.* at wasm-actors\/\w+\.ts:\d+/).waitFor();
  await page
    .locator('#trapped .place')
    .getByText(/ended at wasm-actors\/\w+\.ts:\d+/)
    .waitFor();
  await page.locator('#trapped .code .meant').waitFor();
  await page.locator('#trapped summary', { hasText: /^the body of / }).click();
  await page.locator('#trapped .body').getByText(/^\{/).waitFor();
  const [editor, opened] = ['editor', 'opened'].map((name) => artefact(name).replace('.png', ''));
  writeFileSync(editor, `#!/bin/sh\nprintf '%s' "$*" > '${opened}'\n`, { mode: 0o755 });
  vi.stubEnv('LAUNCH_EDITOR', editor);
  await page.keyboard.press('i');
  await page
    .locator('#said')
    .getByText(/wasm-actors\/\w+\.ts:\d+ is opened in the editor/)
    .waitFor();
  const place = /wasm-actors\/\w+\.ts/.exec((await where.textContent())!)![0];
  expect(readFileSync(opened, 'utf8')).toContain(place);
  vi.unstubAllEnvs();
  await page.getByRole('button', { name: 'state before the trap' }).click();
  await page.locator('.moment[data-actor=focus] .found').first().waitFor();
  await page.screenshot({ path: artefact('trapped') });
  // Eight messages and their heads are seen beside all that.
  expect((await page.locator('#list').boundingBox())!.height).toBeGreaterThanOrEqual(198);
  // It fits a narrow window, the list included, also where what it says is long.
  const wide = page.viewportSize()!;
  await page.setViewportSize({ width: 420, height: 860 });
  await nextFrame();
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
  expect((await page.locator('#list').boundingBox())!.height).toBeGreaterThan(90);
  await page.screenshot({ path: artefact('trapped-narrow') });
  await page.setViewportSize(wide);
  // Its own screen again.
  await page.keyboard.press('Escape');
  await page.evaluate(() => void (location.hash = 'message=-1'));
  await page.locator('#said').getByText('#message=-1: there is no such message').waitFor({ state: 'attached' });
  // Whether there is something to step or not, the trap is what is looked for.
  await page.keyboard.press('n');
  await page.getByRole('button', { name: 'go on' }).first().click();
  await expect.poll(focused, PATIENT).toBe(below);
  // Its message is in the list now, and selected: nobody goes along any more.
  await page.locator('#detail .trap').waitFor();
});

test('a television that is loaded again is looked at again, through the same filter', async () => {
  await filter('kind:scene.tick');
  await page.keyboard.press('End');
  await television.page.reload();
  await page
    .locator('#live[aria-pressed=true]')
    .getByText(/LIVE 00:0/)
    .waitFor();
  await page
    .locator('#said')
    .getByText(/has begun again: this is the one that runs/)
    .waitFor({ state: 'attached' });
  const kinds = async () => new Set(await page.locator('.row .kind').allTextContents());
  await expect.poll(kinds, PATIENT).toEqual(new Set(['scene.tick']));
});

test('who looks at something of the run before keeps it: the page says so, and its keys do not act on the new one', async () => {
  await page.locator('.row').last().click();
  const live = page.locator('#live[aria-pressed=false]');
  await live.getByText(/REC/).waitFor();
  await television.page.reload();
  await live.getByText(/RUN BEFORE/).waitFor();
  await page.getByText('This page still shows the run before').waitFor();
  await page.keyboard.press('Space');
  await page
    .locator('#said')
    .getByText(/shows the run before the application began again: End goes/)
    .waitFor({ state: 'attached' });
  await page.keyboard.press('End');
  await page
    .locator('#live[aria-pressed=true]')
    .getByText(/LIVE 00:0/)
    .waitFor();
});

test('a page whose server has ended says so: nothing stands there any more, and no key waits for an answer', async () => {
  await page.keyboard.press('Space');
  await page.locator('#standing strong', { hasText: 'PAUSED' }).waitFor();
  await page.locator('.row').last().click();
  await endServer();
  await page.getByRole('alert').getByText('the server of the debugger has ended: start it again').waitFor();
  await page.locator('#live').getByText('○ ended').waitFor();
  expect(await page.locator('#standing').isVisible()).toBe(false);
  const said = page.locator('#said').getByText('the server of the debugger has ended');
  for (const key of ['Space', 'z']) {
    await page.evaluate(() => document.getElementById('said')!.replaceChildren());
    await page.keyboard.press(key);
    await said.waitFor({ state: 'attached' });
  }
});
