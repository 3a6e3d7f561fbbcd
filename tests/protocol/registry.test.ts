/** The parties of an application, by name, address and kind. */
import { describe, expect, it } from 'vitest';
import { messagesOf, Registry } from '../../protocol/registry.js';
import { allParties } from './codecs.js';

const registry = new Registry(allParties);
const counter = registry.partyByName('counter')!;

describe('Registry', () => {
  it('finds every party by name and address, and every message by kind', () => {
    for (const party of allParties) {
      expect(registry.party(party.address)).toBe(party);
      expect(registry.partyByName(party.name)).toBe(party);
      for (const message of messagesOf(party)) expect(registry.message(message.kind)).toBe(message);
    }
    expect(registry.message(0xfffe)).toBeUndefined();
    expect(registry.party(0)).toBeUndefined();
  });

  it('refuses two parties of one address, one name or one kind', () => {
    expect(() => new Registry([counter, counter])).toThrow('two parties at address 64');
    expect(() => new Registry([counter, { ...counter, address: 99 }])).toThrow('two parties named counter');
    expect(() => new Registry([counter, { ...counter, address: 99, name: 'other' }])).toThrow('have the same kind');
  });
});
