/**
 * The schema that all couriers have: actors that carry out the commands in their messages. What a message sets going is in the message, so a
 * run of the application is written down in what the hand sends.
 */
import { actor, bin, choice, list, message, publication, request, struct, u8, u16, u32 } from '../../protocol/schema.js';

/** What a command says to do. `timer` waits; all others send. */
export const ACTS = ['urgent', 'work', 'chore', 'ask', 'news', 'note', 'rumour', 'timer'] as const;
/** What is wrong with a message: `poison` traps whoever handles it, each time; `hang` never returns. */
export const HARMS = ['none', 'poison', 'hang'] as const;

export const harm = choice('Harm', HARMS);

/** Commands within commands are in one list, as a tree is written down line by line: those after a command that are deeper belong to it. */
const command = struct('Command', {
  /** 1 for what the receiver does itself. */
  depth: u8,
  act: choice('Act', ACTS),
  to: u16,
  /** Ascending in a plan; unique unless a command is repeated, and always so for a timer. */
  id: u32,
  /** Length of the payload. */
  bytes: u32,
  /** How many messages, with ascending ids. */
  count: u16,
  /** How long a timer runs, or an answer takes. */
  delayMs: u32,
  harm,
});
const commands = list(command, 256);

const letter = {
  id: u32,
  /** The stream that it belongs to: where it came from and by which way. Streams keep their order; how they mix depends on time. */
  label: u32,
  /** Counts the frames that its sender has sent this receiver in this lane, from 1. 0 when it is not to arrive. */
  number: u32,
  commands,
  payload: bin(),
  harm,
};

/** What a courier has heard of one stream. */
const stream = struct('Stream', {
  label: u32,
  count: u32,
  digest: u32,
  /** All of them in order, where the courier is configured to log. */
  ids: list(u32),
});

/** Frames in one lane to and from another party: numbers are checked, so that a loss, a double and a change of order are noticed at once. */
const pair = struct('Pair', {
  party: u16,
  lane: u8,
  sent: u32,
  received: u32,
  /** Number of the last frame received. */
  last: u32,
  /** Frames that did not have the next number. */
  astray: u32,
});

/** What waits for a timer: an answer that is owed, or commands. */
const waiting = struct('Waiting', { timer: u32, label: u32, source: u16, request: u32, commands });

const state = struct('CourierState', {
  /** A sum over everything heard, whatever the order. */
  sum: u32,
  streams: list(stream),
  pairs: list(pair),
  /** The newest note of each label. */
  notes: list(struct('Note', { label: u32, id: u32 })),
  asked: list(struct('Asked', { request: u32, id: u32 })),
  waiting: list(waiting),
  /** Ids and codes of requests that failed. */
  failed: list(u32),
  /** What should never come: a note older than the last, a timer or reply that nobody waits for. */
  strays: u32,
});

/** Kinds of a courier, above its first. */
export const KIND = { urgent: 1, work: 2, chore: 3, ask: 4, note: 5, rumour: 6, news: 0x40, askReply: 0x84 } as const;

/** Every request of a plan is answered, however long faults hold it up. */
export const PATIENCE_MS = 120_000;

/** Asks to be answered after `delayMs`, at once when it is 0. */
const asking = (firstKind: number) =>
  request({
    kind: firstKind + KIND.ask,
    deadlineMs: PATIENCE_MS,
    fields: { ...letter, delayMs: u32 },
    reply: { kind: firstKind + KIND.askReply, fields: { id: u32, label: u32, number: u32, digest: u32 } },
  });

/** @param ask what its request is called: replies are told apart by the names of their requests */
export const courier = <const Name extends string, const Ask extends string>(
  name: Name,
  ask: Ask,
  address: number,
  firstKind: number,
  follows: readonly string[],
) =>
  actor({
    name,
    address,
    state,
    receives: {
      urgent: message({ kind: firstKind + KIND.urgent, lane: 'interactive', fields: letter }),
      work: message({ kind: firstKind + KIND.work, fields: letter }),
      chore: message({ kind: firstKind + KIND.chore, lane: 'idle', fields: letter }),
      ...({ [ask]: asking(firstKind) } as Record<Ask, ReturnType<typeof asking>>),
      note: message({ kind: firstKind + KIND.note, overflow: 'latest', key: 'label', fields: { label: u32, id: u32 } }),
      rumour: message({ kind: firstKind + KIND.rumour, lane: 'idle', overflow: 'drop', fields: { payload: bin() } }),
    },
    publishes: { news: publication({ kind: firstKind + KIND.news, fields: { id: u32, label: u32, number: u32, payload: bin() } }) },
    follows,
    sendsTo: ['amber', 'birch', 'cedar', 'dune', 'ember', 'hand', 'desk', 'timer'],
  });
