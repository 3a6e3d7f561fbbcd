/**
 * Random sequences for focus: few nodes and groups, so that they affect each other; layouts with gaps, circles of groups, numbers that
 * are no places, and nodes that are removed and added in one layout.
 */
import type { Random } from '../../bus/random.js';
import { focus } from '../../protocol/generated/focus.js';
import { page } from '../../protocol/generated/page.js';
import { scene } from '../../protocol/generated/scene.js';
import { system } from '../../protocol/generated/system.js';
import type { Rectangle } from './focus-oracle.js';
import type { TwinFrame, TwinSequence } from './twins.js';

const pick = <T>(random: Random, choices: readonly T[]): T => choices[random.integer(choices.length)];

const refresh: TwinFrame = {
  message: system.receives.refresh,
  fields: { topic: focus.publishes.focused.kind, follower: page.address },
  source: page.address,
};

export function focusSequence(random: Random): TwinSequence {
  let version = 0;
  let asked = false;
  return (emitted) => {
    asked ||= emitted.some(({ kind }) => kind === system.receives.refresh.kind);
    const choice = random.integer(20);
    if (choice < 5) {
      version += random.integer(40) === 0 ? 2 : 1;
      const fresh = asked || random.integer(60) === 0;
      asked = false;
      return randomLayout(random, version, fresh);
    }
    if (choice < 12) return randomKey(random);
    if (choice === 12) return randomPointer(random);
    if (choice === 13) return refresh;
    if (choice < 16) return { message: focus.receives.focus, fields: { node: randomNode(random) } };
    if (choice === 16) return randomRules(random);
    if (choice === 17) return { message: focus.receives.forgetGroup, fields: { group: random.integer(8) } };
    if (choice === 18) return { message: focus.receives.pushLayer, fields: { group: random.integer(8), preferred: randomNode(random) } };
    return { message: focus.receives.popLayer, fields: { group: random.integer(8) } };
  };
}

const randomNode = (random: Random): number => (random.integer(3) === 0 ? random.integer(8) : 10 + random.integer(30));

function randomKey(random: Random): TwinFrame {
  const keys = ['left', 'right', 'up', 'down', 'left', 'right', 'up', 'down', 'enter', 'back'] as const;
  const phases = ['down', 'down', 'repeat', 'repeat', 'repeat', 'up'] as const;
  return { message: focus.receives.key, fields: { key: pick(random, keys), phase: pick(random, phases) } };
}

function randomPointer(random: Random): TwinFrame {
  const action = pick(random, ['hover', 'press', 'forward', 'backward'] as const);
  return { message: focus.receives.pointer, fields: { action, x: randomPlace(random), y: randomPlace(random) } };
}

function randomRules(random: Random): TwinFrame {
  const trap = pick(random, ['none', 'horizontal', 'vertical', 'both'] as const);
  const fields = { group: random.integer(8), trap, remember: random.integer(2) === 0, preferred: randomNode(random) };
  return { message: focus.receives.configureGroup, fields };
}

function randomLayout(random: Random, version: number, fresh: boolean): TwinFrame {
  const changed = Array.from({ length: random.integer(6) }, (): Rectangle => {
    const isGroup = random.integer(4) === 0;
    return {
      ...{
        node: isGroup ? random.integer(8) : randomNode(random),
        group: random.integer(8),
        focusable: !isGroup || random.integer(4) === 0,
      },
      ...{ x: randomPlace(random), y: randomPlace(random), width: randomPlace(random), height: randomPlace(random) },
      ...{ order: random.integer(6), isGroup },
    };
  });
  const removed = Array.from({ length: random.integer(4) }, () => randomNode(random));
  return { message: scene.publishes.layout, fields: { frame: version, changed, removed }, source: scene.address, first: version, fresh };
}

function randomPlace(random: Random): number {
  const kind = random.integer(20);
  if (kind === 0) return pick(random, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -0, 1e300, 5e-324]);
  return kind < 8 ? random.next() * 2000 - 200 : random.integer(20) * 20;
}
