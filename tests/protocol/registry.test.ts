/** Who may send what, and who follows whom, as the schemas say. */
import { describe, expect, it } from 'vitest';
import { counter } from '../../examples/counter/protocol/generated/index.js';
import type { BoundParty } from '../../protocol/bind.js';
import { focus, history, network, scene, system, tandemParties, timer } from '../../protocol/generated/index.js';
import { HOST_RUNTIME, messagesOf, Registry } from '../../protocol/registry.js';

const boundParties = [...tandemParties, counter] as readonly unknown[] as readonly BoundParty[];
const registry = new Registry(boundParties);

describe('Registry', () => {
  it('finds every party by name and address, and every message by kind', () => {
    for (const party of boundParties) {
      expect(registry.party(party.address)).toBe(party);
      expect(registry.partyByName(party.name)).toBe(party);
      for (const message of messagesOf(party)) expect(registry.message(message.kind)).toBe(message);
    }
    expect(registry.message(0xfffe)).toBeUndefined();
  });

  it('lets a party send what those that it names receive, and no other', () => {
    expect(registry.maySend(scene.address, registry.partyByName('display')!.receives.displayList.kind)).toBe(true);
    expect(registry.maySend(counter.address, scene.receives.commit.kind)).toBe(false);
    expect(registry.maySend(focus.address, counter.receives.increment.kind)).toBe(false);
  });

  it('lets an owner alone publish and reply', () => {
    expect(registry.maySend(scene.address, scene.publishes.layout.kind)).toBe(true);
    expect(registry.maySend(focus.address, scene.publishes.layout.kind)).toBe(false);
    expect(registry.maySend(network.address, network.receives.request.reply.kind)).toBe(true);
    expect(registry.maySend(history.address, network.receives.request.reply.kind)).toBe(false);
  });

  it('lets runtimes send system messages, followers ask for a refresh, and the timer port say that it fired', () => {
    const { refresh, timerFired } = system.receives;
    expect(registry.maySend(HOST_RUNTIME, timerFired.kind)).toBe(true);
    expect(registry.maySend(HOST_RUNTIME, scene.receives.commit.kind)).toBe(false);
    expect(registry.maySend(timer.address, timerFired.kind)).toBe(true);
    expect(registry.maySend(focus.address, refresh.kind)).toBe(true);
    expect(registry.maySend(focus.address, timerFired.kind)).toBe(false);
  });

  it('knows who follows a topic', () => {
    expect(registry.followersOf(scene.publishes.layout.kind)).toContain(focus.address);
    expect(registry.followersOf(counter.publishes.changed.kind)).toEqual([]);
  });

  it('refuses two of one kind, and names that do not exist', () => {
    expect(() => new Registry([...boundParties, registry.partyByName('counter')!])).toThrow('two parties at address 64');
    const other = { ...registry.partyByName('counter')!, name: 'other', address: 99 };
    expect(() => new Registry([...boundParties, other])).toThrow('have the same kind');
    expect(() => new Registry([{ ...registry.partyByName('focus')! }])).toThrow('does not exist');
  });
});
