/** The schemas of an application taken together: what the bus knows of each kind, and what it refuses at the start. */
import { describe, expect, it } from 'vitest';
import { Kinds, kindsOf } from '../../bus/kinds.js';
import { HOST_RUNTIME, PAINTER_RUNTIME } from '../../protocol/addresses.js';
import { messagesOf } from '../../protocol/bind.js';
import { focus } from '../../protocol/generated/focus.js';
import { tandemParties } from '../../protocol/generated/index.js';
import { network } from '../../protocol/generated/network.js';
import { scene } from '../../protocol/generated/scene.js';
import { system } from '../../protocol/generated/system.js';
import type { PartySchema } from '../../protocol/schema.js';

const parties: readonly PartySchema[] = tandemParties;
const kinds = new Kinds(parties, system);

describe('Kinds', () => {
  it('knows every kind of every party by its path', () => {
    for (const party of tandemParties) {
      for (const message of messagesOf(party)) expect(kinds.nameOf(message.kind)).toContain(party.name);
      expect(kinds.partyName(party.address)).toBe(party.name);
    }
    expect(kinds.get(0xfffe)).toBeUndefined();
    expect(kinds.nameOf(0xfffe)).toBe('0xfffe');
  });

  it('is made once for a list of parties, and anew when the list has changed', () => {
    const list = [...parties];
    const first = kindsOf(list, system);
    expect(kindsOf(list, system)).toBe(first);
    list.push({ ...focus, address: 99, name: 'other', receives: {}, publishes: {}, sendsTo: [], follows: [], watches: [] });
    expect([first.knows(99), kindsOf(list, system).knows(99)]).toEqual([false, true]);
  });

  it('says who may send: whoever names the target, the owner its replies and publications, the runtimes', () => {
    expect(kinds.get(scene.receives.commit.kind)?.senders).toEqual(new Set([32, 34, 38, HOST_RUNTIME, 61, 62, PAINTER_RUNTIME]));
    expect(kinds.get(network.receives.request.reply.kind)?.senders).toEqual(new Set([network.address]));
    expect(kinds.get(scene.publishes.layout.kind)).toMatchObject({
      role: 'publication',
      followers: [focus.address],
      senders: new Set([scene.address]),
    });
    expect(kinds.get(system.receives.refresh.kind)?.senders).toBeNull();
    expect(kinds.get(system.receives.requestFailed.kind)?.role).toBe('failure');
  });

  it.each([
    ['two parties at address 2', [{ ...focus, name: 'other' }]],
    ['two parties named focus', [{ ...focus, address: 99 }]],
    ['is both', [{ ...focus, address: 99, name: 'other', receives: scene.receives }]],
    [
      'other sends to nowhere, which does not exist',
      [{ ...focus, address: 99, name: 'other', receives: {}, publishes: {}, sendsTo: ['nowhere'] }],
    ],
    [
      'other follows scene.weather, which does not exist',
      [{ ...focus, address: 99, name: 'other', receives: {}, publishes: {}, follows: ['scene.weather'] }],
    ],
    [
      'other watches nobody, which does not exist',
      [{ ...focus, address: 99, name: 'other', receives: {}, publishes: {}, watches: ['nobody'] }],
    ],
    ['other watches other, which is itself', [{ ...focus, address: 99, name: 'other', receives: {}, publishes: {}, watches: ['other'] }]],
  ])('refuses: %s', (problem, more) => {
    expect(() => new Kinds([...parties, ...more], system)).toThrow(problem);
  });
});
