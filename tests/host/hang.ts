/** The contract of every host with threads when one loops for ever, with shared memory and without: it is noticed and ended, and nothing is lost. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SystemChange } from '../../actors/supervisor/change-feed.js';
import { MortalGame, type MortalHost } from './vm-loss.js';
import { FOR_EVER } from './world.js';

/** Deadline of a hang: long enough that nothing else counts as one on a busy machine. */
const HANG_MS = 1_000;
const SMALL_BALL = 40;

export class HangingGame extends MortalGame {
  readonly changes: SystemChange[] = [];

  async open(placement: string, hangMs = HANG_MS): Promise<void> {
    await this.start(placement, { hangMs });
    this.system.onChange((change) => this.changes.push(change));
  }

  hangs(vm: string): number {
    const ofHang = (change: SystemChange) =>
      change.type === 'vm' && change.vm === vm && change.state === 'restarting' && /^hang/.test(change.reason);
    return this.changes.filter(ofHang).length;
  }

  get reports() {
    return this.changes.flatMap((change) => (change.type === 'crash' || change.type === 'poisoned' ? [change] : []));
  }

  /** Resolves at the next change that satisfies the condition. */
  change(isIt: (change: SystemChange) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const forget = this.system.onChange((change) => {
        if (!isIt(change)) return;
        forget();
        resolve();
      });
    });
  }

  back(vm: string): Promise<void> {
    return this.change((change) => change.type === 'vm' && change.vm === vm && change.state === 'running');
  }
}

export function hangSuite(name: string, mortal: MortalHost): void {
  describe.each([true, false])(`a thread that loops for ever on ${name}, shared memory %s`, (sharedMemory) => {
    let game: HangingGame;
    afterEach(() => game.end());

    async function open(placement: string): Promise<HangingGame> {
      game = new HangingGame(mortal, sharedMemory);
      await game.open(placement);
      return game;
    }

    const inWasm = ['in WebAssembly', 'relay=js,mirror=wasm', 'mirror', 'wasm', 'relay'] as const;
    const inJavaScript = ['in JavaScript', 'relay=js,mirror=wasm', 'relay', 'js', 'mirror'] as const;
    const withOthers = ['in JavaScript, with the others of its VM', 'relay=js,mirror=js', 'mirror', 'js', ''] as const;
    // Where each loop costs seconds, the kind of memory that is left out is as on the other hosts.
    const once = mortal.endsLoopsSlowly;
    const loops = once ? [inWasm, sharedMemory ? inJavaScript : withOthers] : [inWasm, inJavaScript, withOthers];

    it.each(loops)('%s is ended: no ball is lost or doubled', async (_what, placement, actor, vm, elsewhere) => {
      await open(placement);
      await game.play(SMALL_BALL, async () => {
        const back = game.back(vm);
        await game.system.hang(actor);
        await back;
      });
      expect(game.hangs(vm)).toBe(1);
      expect(game.reports).toMatchObject([
        { type: 'crash', report: { party: actor, vm, attempt: 1, reason: `hang: no progress in ${HANG_MS} ms` } },
      ]);
      expect(game.actors.find((status) => status.actor === actor)).toMatchObject({ state: 'running', epoch: 2 });
      if (elsewhere) expect(game.actors.find((status) => status.actor === elsewhere)).toMatchObject({ state: 'running', epoch: 1 });
      expect(await game.system.deadLetters()).toEqual([]);
    });

    it('twice at the same message loses only that message, as poison', async () => {
      await open('relay=js,mirror=wasm');
      await game.play(SMALL_BALL, async () => {
        const given = game.change(({ type }) => type === 'poisoned');
        game.toil(FOR_EVER);
        await given;
      });
      expect(game.hangs('js')).toBe(2);
      const report = { party: 'relay', message: { kindName: 'relay.toil' } };
      expect(game.reports.filter(({ type }) => type === 'crash')).toMatchObject([
        // Without shared memory the first hang may be at any frame of a batch.
        { report: { ...(sharedMemory ? report : { party: 'relay' }), attempt: 1 } },
        { report: { ...report, attempt: 2 } },
      ]);
      expect(await game.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
    });

    if (!sharedMemory && once) return;

    it('in application code is ended; the code gets that message once more, and then goes on without it', async () => {
      await open('relay=js,mirror=wasm');
      const given = game.change(({ type }) => type === 'poisoned');
      await expect(game.deskToils(false, 3)).rejects.toMatchObject({
        code: 'poisoned',
        cause: { id: 'desk 2', reason: `hang: no progress in ${HANG_MS} ms` },
      });
      await given;
      expect(game.hangs('js')).toBe(2);
      const report = { party: 'desk', vm: 'js', reason: `hang: no progress in ${HANG_MS} ms` };
      expect(game.reports).toMatchObject([
        { type: 'crash', report: { ...report, attempt: 1 } },
        { type: 'crash', report: { ...report, attempt: 2 } },
        { type: 'poisoned', report: { ...report, attempt: 2 } },
      ]);
      expect(await game.deskToils(false, 3)).toBe(3);
      expect(await game.system.deadLetters()).toMatchObject([{ code: 'poisoned' }]);
    });

    it('outside of any message is noticed, too', async () => {
      await open('relay=js,mirror=wasm');
      const back = game.back('js');
      expect(await game.deskToils(true, 2)).toBe(1);
      await back;
      expect(game.hangs('js')).toBe(1);
      expect(await game.deskToils(true, 2)).toBe(2);
      await game.play(SMALL_BALL, async () => {});
      expect(game.reports).toEqual([]);
    });

    it('does not include a slow handler that makes progress', async () => {
      await open('relay=js,mirror=wasm');
      // All in one batch, which takes longer than the deadline of a hang.
      for (let i = 0; i < 15; i++) game.toil(HANG_MS / 10);
      await game.play(SMALL_BALL, async () => {});
      expect(game.changes.filter(({ type }) => type === 'vm')).toEqual([]);
    });
  });

  describe(`a spare thread on ${name}`, () => {
    let game: MortalGame;
    afterEach(() => game.end());

    it('is used when a lost VM is restarted', async () => {
      game = new MortalGame(mortal, true);
      await game.start('relay=js,mirror=wasm');
      while (game.names.length < 4) await new Promise((resolve) => setTimeout(resolve, 50));
      expect(game.names.toSorted()).toEqual(['js', 'js', 'wasm', 'wasm']);
      await game.play(SMALL_BALL, async () => {
        await game.kill('wasm');
        // Another spare is not due yet.
        expect(game.names).toHaveLength(4);
      });
      expect(game.actors).toMatchObject([{ state: 'running' }, { actor: 'mirror', state: 'running', epoch: 2 }]);
    });
  });
}
