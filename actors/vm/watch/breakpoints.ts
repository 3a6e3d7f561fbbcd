/**
 * Break on message: the thread of the VM stops in a `debugger` statement right before the handler of a message that fits. Listens to the
 * tap only while a breakpoint is set, so without one it costs nothing.
 *
 *   begun ── first frame ──> fits? ──> report to the host ──> `debugger` ── step into ──> the handler
 *   frame ── the others ───┘   (a guest tells of each frame of a batch through `env.progress`, so the stack has its line, too)
 *
 * The catch: frames that are handled again after a restart or a move are passed over: what they did was done before.
 */
import { frameLength, readU53, SEQUENCE_OFFSET } from '../../../protocol/frame.js';
import type { Breakpoint, BreakReport } from '../../contract/breakpoint.js';
import type { VmBus } from '../bus/vm-bus.js';
import type { TapListener } from '../tap/tap.js';
import { MessageTests, type Next, type TestedBy } from './message-tests.js';

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

  /** @param met called before the thread stops */
  constructor(
    private readonly bus: VmBus,
    private readonly options: TestedBy,
    private readonly met: (report: BreakReport) => void,
  ) {}

  /** In place of those before. @throws BreakpointError `condition` */
  set(points: readonly Breakpoint[]): void {
    this.tests = new MessageTests(this.bus, this.options, points);
    this.unlisten();
    this.unlisten = this.tests.isEmpty ? () => {} : this.bus.tap.listen(this);
  }

  begun(party: number, bytes: Uint8Array, _length: number, again: boolean): void {
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
    const { vm } = this.bus;
    const sequence = readU53(this.bytes, this.at + SEQUENCE_OFFSET);
    this.met({ vm, party: next.party, kindName: next.kind, source: next.source, sequence, problem, at: this.bus.now() });
    this.message = next;
    // biome-ignore lint/suspicious/noDebugger: to stop here is what a breakpoint is for
    debugger;
    this.message = null;
  }
}
