/**
 * Break on message: the thread of the VM stops in a `debugger` statement right before the handler of a message that fits. Listens to the
 * tap only while a breakpoint is set, so without one it costs nothing.
 *
 *   begun ── first frame ──> fits? ──> report to the host ──> `debugger` ── step into ──> the handler
 *   frame ── the others ───┘   (a guest tells of each frame of a batch through `env.progress`, so the stack has its line, too)
 *
 * The catch: frames that are handled again after a restart or a move are passed over: what they did was done before.
 */

import { type AnyBound, messagesOf } from '../../../protocol/bind.js';
import { BODY_OFFSET, frameLength, KIND_OFFSET, readU16, readU53, SEQUENCE_OFFSET, SOURCE_OFFSET } from '../../../protocol/frame.js';
import { system } from '../../../protocol/generated/system.js';
import type { Address } from '../../../protocol/names.js';
import { Reader } from '../../../protocol/reader.js';
import { type Breakpoint, BreakpointError, type Condition, type ConditionOf } from '../../contract/breakpoint.js';
import { textOfBreakpoint } from '../../contract/breakpoint-text.js';
import { reasonOf } from '../../contract/thrown.js';
import type { Runtime } from '../runtime.js';
import type { TapListener } from '../tap/tap.js';

interface Test {
  readonly point: Breakpoint;
  readonly kind: string | undefined;
  readonly actor: string | undefined;
  readonly condition: Condition | undefined;
}

/** The message that is handled next. */
export interface Next {
  readonly party: string;
  readonly kind: string;
  readonly source: string;
  /** Fields of its body; undefined when it cannot be read. */
  readonly message: unknown;
}

export interface Met {
  readonly next: Next;
  /** What the condition threw; empty when it is met. */
  readonly problem: string;
  /** The breakpoint, as a person writes it. */
  readonly text: string;
}

/** @returns what the condition threw, an empty text when it is met; null when it is not */
function problemOf({ condition }: Test, { message, source, kind }: Next): string | null {
  try {
    return !condition || condition(message, source, kind) ? '' : null;
  } catch (error) {
    return reasonOf(error) || 'something without a text';
  }
}

/** Which messages breakpoints mean: looked at frame by frame, before the frame is handled or after. */
export class MessageTests {
  private readonly tests: readonly Test[];
  /** How to read the body of each kind. */
  private readonly messages: ReadonlyMap<number, AnyBound>;
  private readonly reader = new Reader();

  /**
   * @param conditionOf reads conditions; without it, points may have none
   * @throws BreakpointError `condition`
   */
  constructor(
    private readonly runtime: Runtime,
    conditionOf: ConditionOf | undefined,
    points: readonly Breakpoint[],
  ) {
    const read = (text: string): Condition => {
      if (!conditionOf) throw new BreakpointError('condition', 'this host evaluates no conditions');
      return conditionOf(text);
    };
    this.tests = points.map((point) => {
      const { kind, actor, condition } = point;
      return { point, kind, actor, condition: condition === undefined ? undefined : read(condition) };
    });
    const all = points.length === 0 ? [] : [system, ...runtime.options.parties];
    this.messages = new Map(all.flatMap(messagesOf).map((message) => [message.kind, message]));
  }

  get isEmpty(): boolean {
    return this.tests.length === 0;
  }

  /** Reads no body unless kind and party fit. @returns null when the frame at `at` fits none */
  look(party: Address, bytes: Uint8Array, at: number): Met | null {
    const { kinds } = this.runtime.bus;
    const kindName = kinds.nameOf(readU16(bytes, at + KIND_OFFSET));
    const partyName = kinds.partyName(party);
    let next: Next | null = null;
    for (const test of this.tests) {
      const { kind = kindName, actor = partyName } = test;
      if (kind !== kindName || actor !== partyName) continue;
      next ??= this.next(partyName, kindName, bytes, at);
      const problem = problemOf(test, next);
      if (problem !== null) return { next, problem, text: textOfBreakpoint(test.point) };
    }
    return null;
  }

  private next(party: string, kind: string, bytes: Uint8Array, at: number): Next {
    const source = this.runtime.bus.kinds.partyName(readU16(bytes, at + SOURCE_OFFSET));
    return { party, kind, source, message: this.body(bytes, at) };
  }

  private body(bytes: Uint8Array, at: number): unknown {
    const { messages, reader } = this;
    reader.reset(bytes, at + BODY_OFFSET, at + frameLength(bytes, at));
    try {
      return messages.get(readU16(bytes, at + KIND_OFFSET))?.decode(reader);
    } catch {
      return undefined; // its party refuses it next
    }
  }
}

const NOTHING = new Uint8Array(0);

export class Breakpoints implements TapListener {
  /** The message at which the thread stands still. A property, since its name is the same in a minified page. */
  message: Next | null = null;
  private tests: MessageTests | null = null;
  private unlisten = (): void => {};
  /** The batch that is being handled, and the frame in it. */
  private bytes: Uint8Array = NOTHING;
  private party = 0;
  private index = 0;
  private at = 0;
  private again = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly conditionOf: ConditionOf | undefined,
  ) {}

  /** In place of those before. @throws BreakpointError `condition` */
  set(points: readonly Breakpoint[]): void {
    this.tests = new MessageTests(this.runtime, this.conditionOf, points);
    this.unlisten();
    this.unlisten = this.tests.isEmpty ? () => {} : this.runtime.tap.listen(this);
  }

  begun(party: Address, bytes: Uint8Array, _length: number, again: boolean): void {
    this.party = party;
    this.bytes = bytes;
    this.index = 0;
    this.at = 0;
    this.again = again;
    if (!again) this.look();
  }

  frame(index: number): void {
    for (; this.index < index; this.index++) this.at += frameLength(this.bytes, this.at);
    if (!this.again) this.look();
  }

  private look(): void {
    const met = this.tests?.look(this.party, this.bytes, this.at);
    if (met) this.stopBefore(met.next, met.problem);
  }

  /** A person at the debugger sees what is next, and steps into its handler. */
  private stopBefore(next: Next, problem: string): void {
    const { bus, tap } = this.runtime;
    const sequence = readU53(this.bytes, this.at + SEQUENCE_OFFSET);
    const { party, kind: kindName, source } = next;
    tap.report({ type: 'break', report: { vm: bus.vm, party, kindName, source, sequence, problem, at: tap.now() } });
    this.message = next;
    // biome-ignore lint/suspicious/noDebugger: to stop here is what a breakpoint is for
    debugger;
    this.message = null;
  }
}
