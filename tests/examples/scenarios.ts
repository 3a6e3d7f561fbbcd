/** What a person does with each example that has a page, and what is to be seen then. The pictures are taken at their ends. */
import { expect } from 'vitest';
import type { Stage } from './stage.js';

export type Scenario = (stage: Stage) => Promise<void>;

const messages: Readonly<Record<string, Scenario>> = {
  async actor(stage) {
    await stage.press('one', 'ten', 'one');
    await stage.shows('count', '12');
  },
  async request(stage) {
    await stage.press('tea', 'cake', 'soup');
    await stage.shows('log', /tea is served.*cake: RequestError "deadline".*soup: RequestError "aborted"/);
  },
  async topic(stage) {
    await stage.press('tea');
    await stage.shows('shipping', '€ 4.50');
    await stage.press('pot');
    await stage.shows('basket', '€ 24.50');
    await stage.shows('shipping', '€ 0.00');
  },
  async talk(stage) {
    await stage.press('ada', 'carl', 'both');
    await stage.shows('log', /here you are, Ada, 3 left.*sorry, Carl, 3 left.*for Ada.*for Carl.*here you are, Carl, 1 left/);
  },
  async timer(stage) {
    await stage.press('boil');
    await stage.shows('left', /1\.\d s/);
    await stage.press('crash');
    await stage.shows('left', '0.0 s');
    await stage.shows('status', 'done, crashed on the way');
  },
  async limits(stage) {
    await stage.press('invite');
    await stage.shows('names', 'Ada');
    await stage.type('seats', '300');
    await stage.press('invite');
    await stage.shows('problem', 'SendError "value" in seats: guests.invite was not sent: seats: 300 is out of range');
    await stage.type('seats', '2');
    await stage.type('name', 'Ada Lovelace, Countess');
    await stage.press('invite');
    await stage.shows('problem', /"value" in name/);
    await stage.shows('names', 'Ada');
  },
  async overload(stage) {
    await stage.press('print');
    await stage.shows('printed', '50000');
    await stage.shows('first', /more waits to leave|send it again later/);
    expect(Number(await stage.text('refused'))).toBeGreaterThan(0);
  },
  async snapshot(stage) {
    await stage.press('add', 'add', 'add');
    await stage.shows('count', '3');
    await stage.press('stop');
    await stage.shows('state', 'stopped');
    await stage.press('start');
    await stage.shows('state', 'running');
    await stage.press('add');
    await stage.shows('count', '4');
    await stage.press('take');
    await stage.shows('decoded', /"state":\{"count":4\}/);
  },
  async storage(stage) {
    await stage.shows('count', '0');
    await stage.press('add', 'add');
    await stage.shows('count', '2');
    await Promise.all([stage.page.waitForEvent('load'), stage.press('reload')]);
    await stage.shows('count', '2');
    await stage.shows('status', /restored/);
  },
};

const failures: Readonly<Record<string, Scenario>> = {
  async crash(stage) {
    await stage.press('add', 'crash');
    await stage.shows('count', '20');
    await stage.shows('log', /running, restarts: 1/);
    // The report waits for the source map that has its line.
    await stage.shows('log', /crash while it handled counter\.add/);
  },
  async poison(stage) {
    await stage.press('send');
    await stage.shows('sum', '421');
    await stage.shows('letters', /parser\.read at attempt 2: .*three/);
  },
  async budget(stage) {
    for (const restarts of ['1', '2', '3']) {
      await stage.press('crash');
      await stage.shows('restarts', restarts);
    }
    await stage.press('crash');
    await stage.shows('system', 'failed');
    await stage.press('start');
    await stage.shows('system', 'running');
    await stage.press('crash');
    // The message that exhausted its budget is a dead letter.
    await stage.shows('count', '4');
  },
  async family(stage) {
    await stage.press('add', 'crash');
    await stage.shows('basket', 'running, restarts: 1');
    await stage.shows('shipping', 'running, restarts: 1');
    await stage.shows('sums', 'basket 600 cents, shipping 450 cents');
  },
  async hang(stage) {
    await stage.press('add', 'hang');
    await stage.shows('count', '111');
    await stage.shows('log', /restarting.*left out: counter\.add/);
  },
  async twin(stage) {
    await stage.press('rate', 'ask');
    await stage.shows('average', '4');
    await stage.shows('vm', /^wasm/);
    await stage.press('clear', 'ask');
    await stage.shows('average', '0');
    await stage.shows('vm', /^js/);
    await stage.shows('log', /divide by zero.*ratings\.wasm\.ts:32/);
  },
};

const machines: Readonly<Record<string, Scenario>> = {
  async 'worker-store'(stage) {
    await stage.shows('where', 'films is in the js VM, a worker');
    await stage.type('text', 'golden winter 7');
    await stage.shows('first', /Golden Winter 7/);
    await stage.type('text', 'golden nothing');
    await stage.shows('count', '0');
    await stage.type('text', 'golden winter 7');
    await stage.shows('first', /Golden Winter 7/);
  },
  async placement(stage) {
    for (const placement of ['host', 'js', 'wasm']) {
      await stage.page.getByRole('link', { name: placement, exact: true }).click();
      await stage.shows('where', new RegExp(`^placement ${placement}: in the ${placement === 'wasm' ? 'wasm' : 'js'} VM`));
      await stage.press('count');
      await stage.shows('answer', '78,498');
    }
  },
  async move(stage) {
    await stage.press('add', 'move');
    await stage.shows('js', '1');
    await stage.press('busy');
    await stage.shows('wasm', '1001');
  },
  async rollout(stage) {
    for (const vm of ['js', 'wasm']) {
      await stage.page
        .locator(vm === 'wasm' ? '.chip.wasm' : '.chip:not(.wasm)')
        .first()
        .click();
      await stage.shows('where', new RegExp(`: ${vm}, ${vm === 'wasm' ? 'configured' : 'rollout'}`));
      await stage.press('add');
      await stage.shows('count', '1');
    }
  },
  async text(stage) {
    await stage.shows('where', 'words runs in the wasm VM');
    await stage.press('read', 'read');
    await stage.shows('counts', /the 6.*and 4.*müßige 2/);
  },
};

const existing: Readonly<Record<string, Scenario>> = {
  async wrap(stage) {
    await stage.press('tea', 'cake', 'crash');
    await stage.shows('cents', '€ 14.20');
    await stage.press('ask');
    await stage.shows('answer', 'all tea costs € 11.00');
  },
  async clock(stage) {
    await stage.press('write');
    await stage.shows('told', /diary has looked at/);
    await stage.press('crash');
    await stage.shows('newest', /^\d{4}-.*Z a crash, and nothing lost$/);
  },
  async react(stage) {
    await todo(stage);
  },
  async solid(stage) {
    await todo(stage);
  },
  async echo(stage) {
    await stage.shows('owned', 'golden winter');
    await stage.page.locator('#echo').press('Home');
    await stage.page.locator('#echo').pressSequentially('very ');
    await stage.shows('owned', 'very golden winter');
    expect(await stage.page.inputValue('#echo')).toBe('very golden winter');
    expect(await stage.page.inputValue('#plain')).toBe('very golden winter');
  },
  async plain(stage) {
    await stage.press('add', 'add');
    await stage.shows('count', '2');
  },
};

async function todo(stage: Stage): Promise<void> {
  await stage.says('2 to be done');
  await stage.page.fill('[name=text]', 'Look at the examples');
  await stage.page.getByRole('button', { name: 'Add' }).click();
  await stage.says('3 to be done');
  // Not `check`: it shows what the actor has said, a little later.
  await stage.page.getByRole('checkbox').first().click();
  await stage.says('2 to be done');
}

const own: Readonly<Record<string, Scenario>> = {
  async rail(stage) {
    await stage.shows('focused', '1');
    for (let card = 2; card <= 9; card++) {
      await stage.page.keyboard.press('ArrowRight');
      await stage.shows('focused', String(card));
    }
    expect(Number(await stage.text('nodes'))).toBeLessThan(30);
  },
  async modal(stage) {
    const press = async (key: string, focus: string) => {
      await stage.page.keyboard.press(key);
      await stage.shows('focus', focus);
    };
    await stage.shows('focus', 'Delete …');
    await press('Enter', 'Keep');
    await press('Backspace', 'Delete …');
    await stage.shows('answer', 'nothing: it was left by Back');
    await press('Enter', 'Keep');
    await press('ArrowLeft', 'Delete');
    await press('Enter', 'Delete …');
    await stage.shows('answer', 'delete');
    await press('Enter', 'Keep');
  },
  async history(stage) {
    const presses = async (...keys: readonly string[]) => {
      for (const key of keys) await stage.page.keyboard.press(key);
    };
    const isAt = async (path: string, focus: string) => {
      await stage.shows('path', path);
      await stage.shows('focus', focus);
    };
    await isAt('at the beginning', '1');
    await presses('ArrowRight', 'ArrowRight');
    await isAt('at the beginning', '3');
    await presses('Enter');
    await isAt('3', '1');
    await presses('ArrowRight');
    await isAt('3', '2');
    await presses('Enter');
    await isAt('3 2', '1');
    await presses('Backspace');
    await isAt('3', '2');
    await presses('Backspace');
    await isAt('at the beginning', '3');
    await presses('Enter');
    await isAt('3', '1');
  },
  async network(stage) {
    await stage.press('two');
    await stage.shows('log', /200 from the network, at attempt 3.*200 from the network, at attempt 3/);
    await stage.press('one');
    await stage.shows('log', /200 from the cache/);
    await stage.shows('calls', '3');
  },
  async metrics(stage) {
    await stage.press('click', 'click', 'click');
    await stage.shows('series', /clickscounter3/);
    await stage.shows('sent', /^POST \/v1\/metrics, \d+ bytes$/);
  },
  async spy(stage) {
    await stage.press('spy', 'buy');
    await stage.shows('log', /shop\.buy.*stock\.take/);
  },
};

export const SCENARIOS: Readonly<Record<string, Scenario>> = { ...messages, ...failures, ...machines, ...existing, ...own };
