/**
 * Gives numbers to parties and messages that have none: an address, and kinds in a block of 256 of the party's own. It never gives a number that
 * it was told of, whoever has it or has had it.
 */

import { type BoundParty, isNumbered, type Numbers } from './bind.js';
import { UNNUMBERED } from './fields.js';
import type { Address, Kind } from './names.js';

/** Range of addresses and kinds that an application has. docs/PROTOCOL.md has the table. */
export const APPLICATION_ADDRESSES = [64, 0xfffe] as const;
export const APPLICATION_KINDS = [0x4000, 0xffff] as const;
/** Range of a message's kind within its block. */
export const MESSAGE_PLACES = [0x01, 0x3f] as const;
export const PUBLICATION_PLACES = [0x40, 0x7f] as const;
/** From the kind of a request to that of its reply. */
const REPLY_OFFSET = 0x80;
const BLOCK = 0x100;

/** An application has more parties or messages than there are numbers. */
export class NumberingError extends Error {
  override readonly name = 'NumberingError';
}

/** Numbers that a party's messages have had before, by name. */
export type Remembered = ReadonlyMap<string, number>;
const NOTHING: Remembered = new Map();

export class Numbering {
  private readonly addresses = new Set<number>();
  private readonly kinds = new Set<number>();

  /**
   * @param addressMin the first address that is given
   * @param kindMin the first kind, the beginning of a block
   */
  constructor(
    private readonly addressMin: number = APPLICATION_ADDRESSES[0],
    private readonly kindMin: number = APPLICATION_KINDS[0],
  ) {}

  /** Notes a number that somebody has or has had. */
  takeAddress(address: Address): void {
    this.addresses.add(address);
  }

  takeKind(kind: Kind): void {
    this.kinds.add(kind);
  }

  /** Notes all numbers that a party has. */
  take({ address, receives, publishes }: Pick<BoundParty, 'address' | 'receives' | 'publishes'>): void {
    if (address !== UNNUMBERED) this.takeAddress(address);
    for (const { kind } of [...Object.values(receives), ...Object.values(publishes)]) if (kind !== UNNUMBERED) this.takeKind(kind);
  }

  /**
   * The numbers of a party: those that its schema has by hand, else those that are remembered, else free ones.
   * @param address that is remembered
   * @param kinds that are remembered, by the message's name
   * @throws NumberingError
   */
  numbersFor(party: BoundParty, address?: Address, kinds: Remembered = NOTHING): Numbers {
    const messages = [...Object.entries(party.receives), ...Object.entries(party.publishes)];
    const own = new Map(messages.map(([name, { kind }]) => [name, kind || kinds.get(name)] as const));
    const blocks = new Set([...own.values(), ...kinds.values()].flatMap((kind) => (kind ? [blockOf(kind)] : [])));
    const kindOf = (name: string, places: readonly [number, number]): number => {
      const kind = own.get(name) ?? this.freeKind(blocks, places, party.name);
      this.takeKind(kind);
      return kind;
    };
    const given = party.address || address || this.freeAddress();
    this.takeAddress(given);
    return {
      address: given,
      receives: Object.fromEntries(
        Object.entries(party.receives).map(([name, message]) => {
          const kind = kindOf(name, MESSAGE_PLACES);
          return [name, message.role === 'request' ? { kind, reply: { kind: message.reply.kind || kind + REPLY_OFFSET } } : { kind }];
        }),
      ),
      publishes: Object.fromEntries(Object.keys(party.publishes).map((name) => [name, { kind: kindOf(name, PUBLICATION_PLACES) }])),
    };
  }

  freeAddress(): number {
    for (let address = this.addressMin; address <= APPLICATION_ADDRESSES[1]; address++) if (!this.addresses.has(address)) return address;
    throw new NumberingError('there is no free address left');
  }

  /** After the last that was taken in one of the blocks, else in a new block, which is added. */
  private freeKind(blocks: Set<number>, [first, last]: readonly [number, number], party: string): number {
    for (const block of blocks) {
      let place = last;
      while (place >= first && !this.kinds.has(block + place)) place--;
      if (place < last) return block + Math.max(first, place + 1);
    }
    for (let block = this.kindMin; block <= APPLICATION_KINDS[1]; block += BLOCK) {
      if (this.isUsed(block)) continue;
      blocks.add(block);
      return block + first;
    }
    throw new NumberingError(`there is no free block of kinds left for ${party}`);
  }

  private isUsed(block: number): boolean {
    for (const kind of this.kinds) if (blockOf(kind) === block) return true;
    return false;
  }
}

const blockOf = (kind: Kind): number => kind - (kind % BLOCK);

/** Numbers of one run begin here, far from those that are given by hand or kept in a file. */
const RUN_ADDRESS_MIN = 0x8000;
const RUN_KIND_MIN = 0x8000;

/**
 * Numbers for parties that have none, for this run only: another run may give others. All that meet in an application must be numbered by one object.
 */
export class RunNumbering {
  private readonly numbering = new Numbering(RUN_ADDRESS_MIN, RUN_KIND_MIN);

  /** @returns numbers of each of the parties that lacks some. @throws NumberingError */
  number(parties: readonly BoundParty[]): ReadonlyMap<BoundParty, Numbers> {
    for (const party of parties) this.numbering.take(party);
    return new Map(parties.filter((party) => !isNumbered(party)).map((party) => [party, this.numbering.numbersFor(party)]));
  }
}
