/**
 * Takes the pictures of the small examples, and writes the page that shows them: `npm run examples -- --pictures`. Each is taken at the end of what
 * the tests do with it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { hasPage } from '../../examples/small/gallery.js';
import { EXAMPLES, type Example } from '../../examples/small/list.js';
import { addressOf, runExample } from '../../examples/small/site.js';
import { launchChromium } from '../e2e/television.js';
import { ROOT } from '../tree/tree.js';
import { buildExamples, previewExamples } from './built-gallery.js';
import { EXAMPLES_PAGE, examplesPage, pictureOf } from './examples-page.js';
import { SCENARIOS } from './scenarios.js';
import { Stage } from './stage.js';

const SIZE = { width: 640, height: 360 };
/** 480 by 270. */
const SCALE = 0.75;

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** What a program has printed, as in a terminal. */
const terminal = ({ name }: Example, output: string): string => `<!doctype html><style>
  body { margin: 0; padding: 18px 20px; background: #10151d; color: #d7e0ec; }
  pre { margin: 0; font: 15px/1.7 'DejaVu Sans Mono', monospace; white-space: pre-wrap; }
  b { color: #7fd1a8; font-weight: 400; }
</style><pre><b>$ npm run examples -- ${name}</b>\n${escaped(output)}</pre>`;

async function take(browser: Browser, example: Example, address: string): Promise<void> {
  const context = await browser.newContext({ viewport: SIZE, deviceScaleFactor: SCALE });
  const page = await context.newPage();
  if (hasPage(example)) {
    await page.goto(address);
    await SCENARIOS[example.name](new Stage(page));
  } else await page.setContent(terminal(example, await runExample(example)));
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.screenshot({ path: join(ROOT, pictureOf(example)) });
  await context.close();
}

async function takePictures(examples: readonly Example[]): Promise<void> {
  mkdirSync(join(ROOT, 'docs/images/examples'), { recursive: true });
  await buildExamples();
  const [browser, server] = [await launchChromium(), await previewExamples()];
  for (const example of examples) {
    await take(browser, example, addressOf(server, example.name)).then(
      () => console.log(pictureOf(example)),
      (error) => {
        console.error(`${example.name}: ${error}`);
        process.exitCode = 1;
      },
    );
  }
  await Promise.all([browser.close(), server.close()]);
  writeFileSync(join(ROOT, EXAMPLES_PAGE), examplesPage());
}

const names = process.argv.slice(2);
await takePictures(names.length > 0 ? EXAMPLES.filter(({ name }) => names.includes(name)) : EXAMPLES);
