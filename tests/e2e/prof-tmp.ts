import { launchChromium, serveTelevision, Television, titleAt } from '/work/main/tests/e2e/television.js';

const [server, browser] = await Promise.all([serveTelevision(), launchChromium()]);
for (let i = 0; i < 3; i++) {
  const t0 = performance.now();
  const tv = await Television.open(browser, server, '');
  const t1 = performance.now();
  await tv.page.waitForSelector('#television[data-state="running"]', { state: 'attached' });
  const t2 = performance.now();
  await tv.settle(titleAt(0, 0));
  const t3 = performance.now();
  await tv.press('ArrowRight');
  await tv.settle(titleAt(0, 1));
  const t4 = performance.now();
  const m = await tv.page.evaluate(async () => {
    const a = performance.now();
    for (let i = 0; i < 30; i++) await new Promise(requestAnimationFrame);
    return (performance.now() - a) / 30;
  });
  await tv.screenshot('prof');
  const t5 = performance.now();
  await tv.close();
  console.log(
    'open',
    (t1 - t0) | 0,
    'running',
    (t2 - t1) | 0,
    'settle',
    (t3 - t2) | 0,
    'key+settle',
    (t4 - t3) | 0,
    'frame',
    m.toFixed(1),
    'screenshot',
    (t5 - t4) | 0,
    'close',
    (performance.now() - t5) | 0,
  );
}
await browser.close();
await server.close();
