/**
 * Tells a developer what goes wrong in a system: one line each, on the console that the host provides. Programs read the changes themselves
 * (`onChange`), so the wording is no contract.
 */
import { CONSOLE_CHARACTERS_MAX, CONSOLE_LINES_MAX, CONSOLE_PERIOD_MS } from '../../protocol/limits.js';
import type { Breakpoint, BreakReport } from '../contract/breakpoint.js';
import { textOfBreakpoint } from '../contract/breakpoint-text.js';
import type { CrashReport, DeafReport, DivergenceReport, DivergentFrame, RefusedReport } from '../contract/events.js';
import type { Clock } from '../contract/host.js';
import { textOfLack } from '../contract/host.js';
import type { Paused, PausingReport } from '../contract/pause.js';
import { reasonOf } from '../contract/thrown.js';
import type { ActorStatus, PortStatus, SystemChange, VmStatus } from '../supervisor/change-feed.js';

export class Narrator {
  private periodFrom = Number.NEGATIVE_INFINITY;
  private said = 0;
  private unsaid = 0;

  constructor(
    private readonly write: (line: string) => void,
    private readonly clock: Clock,
  ) {}

  readonly hear = (change: SystemChange): void => {
    const line = warningIn(change);
    if (line) this.say(line);
  };

  private say(line: string): void {
    const now = this.clock.nowMicros();
    const isOver = now < this.periodFrom || now - this.periodFrom >= CONSOLE_PERIOD_MS * 1000;
    if (isOver) this.begin(now);
    if (this.said === CONSOLE_LINES_MAX) {
      this.unsaid++;
      return;
    }
    this.said++;
    this.write(`tandem: ${line.slice(0, CONSOLE_CHARACTERS_MAX).replace(/\s+/g, ' ')}`);
  }

  private begin(now: number): void {
    this.periodFrom = now;
    this.said = 0;
    if (this.unsaid > 0) this.write(`tandem: ${this.unsaid} more lines were left out`);
    this.unsaid = 0;
  }
}

/** What somebody should do something about in a change; empty when it is in order. */
function warningIn(change: SystemChange): string {
  switch (change.type) {
    case 'system':
      return change.state === 'degraded' || change.state === 'failed' ? `the system is ${change.state}` : '';
    case 'vm':
      return ofVm(change);
    case 'actor':
      return ofParty(`actor ${change.actor}`, change) || ofFailOver(change);
    case 'port':
      return ofParty(`port ${change.port}`, change);
    case 'crash':
      return `${change.report.party} crashed${atMessage(change.report)}: ${causeOf(change.report)}`;
    case 'poisoned':
      return `${change.report.party} leaves out a poison message${atMessage(change.report)}, which crashed it twice: ${causeOf(change.report)}`;
    case 'guest':
      return `the guest of ${change.actor} cannot be run${change.twin ? ', its JavaScript twin begins in its place' : ''}: ${change.reason}`;
    case 'storage':
      if (change.event === 'discarded')
        return `the stored state of ${change.actor} is ${change.reason}, and was discarded: ${change.detail}`;
      if (change.event === 'lost') return `the stored state of ${change.actor} may be gone, and is written anew: ${change.detail}`;
      return change.event === 'failed' ? `storage of ${change.actor}: ${change.error.message}` : '';
    case 'deaf':
      return `VM ${change.report.vm} was deaf and has been woken: ${DEAF[change.report.reason]}. This is a defect of Tandem`;
    case 'divergent':
      return ofDivergence(change.report);
    case 'unrepeatable':
      return `${change.report.actor} looks at ${change.report.lookedAt} while it handles a message, so it may say something else a second time: its messages are not handled again, and after a crash it goes on from the state after its last one`;
    case 'refused':
      return ofRefusal(change.report);
    case 'listenerFailed':
      return `a listener at the tap of VM ${change.vm} threw, and hears no more: ${change.reason}`;
    case 'breakpoint':
      return ofBreakpoint(change.event, change.breakpoint);
    case 'break':
      return ofBreak(change.report);
    case 'pausing':
      return ofPausing(change.report);
    case 'paused':
      return ofPause(change.paused);
    case 'control':
      return change.error.message;
    case 'lack':
      return change.isOver ? '' : `this device does without ${textOfLack(change.lack)}`;
    case 'flight':
      return '';
    case 'unrecorded':
      return `the state of ${change.actor}, ${change.bytes} bytes, is too large to be recorded: a replay leaves ${change.actor} out`;
    case 'recording':
      return `nothing more is recorded, since the sink has failed: ${reasonOf(change.error)}`;
  }
}

const DEAF: Readonly<Record<DeafReport['reason'], string>> = {
  pump: 'what it was to do was not done',
  reader: 'a link of it was awake, and nobody would have looked there',
  frames: 'frames waited, and nobody would have handled them',
};

const ofBreakpoint = (event: 'set' | 'removed', breakpoint: Breakpoint): string =>
  event === 'set'
    ? `breaks on ${textOfBreakpoint(breakpoint)}: a debugger that is attached stops there`
    : `breaks no longer on ${textOfBreakpoint(breakpoint)}`;

function ofBreak({ vm, party, kindName, source, problem }: BreakReport): string {
  const because = problem === '' ? '' : `, because the condition threw ${problem}`;
  return `VM ${vm} stops, if a debugger is attached, before ${party} handles ${kindName} from ${source}${because}: step into it`;
}

function ofPausing({ vms, atMostMs }: PausingReport): string {
  return vms.length > 0
    ? `the application is to stand, and waits for ${vms.join(', ')}, ${atMostMs} ms at most: a message is handled there, or what makes a VM stand is loaded`
    : '';
}

function ofPause(paused: Paused | null): string {
  if (!paused) return 'the application goes on';
  const { why, message, detail, position } = paused;
  const place = position === '' ? '' : ` at ${position}`;
  return why === 'step' ? '' : `the application stands until a debugger lets it go on: ${why} ${message?.kindName ?? ''} ${detail}${place}`;
}

function ofRefusal({ code, party, kindName }: RefusedReport): string {
  if (code === 'refused') return `${party} may not send ${kindName}: sendsTo of its schema does not name the receiver. It is a dead letter`;
  return `${party} floods itself with refused requests: further ones (${kindName}) are dead letters, and it is not told of each`;
}

function ofDivergence({ actor, message, first, again }: DivergenceReport): string {
  const at = message.kindName ? ` at ${message.kindName} from ${message.source}` : '';
  const said = first || again ? `: it was ${shown(first)}, and is ${shown(again)}` : '';
  return `${actor} said something else as it handled messages again${at}${said}. It may ask for the time or a random number, or its twins differ`;
}

const shown = (frame: DivergentFrame | null): string => (frame ? `${frame.kindName} ${frame.body}` : 'nothing');

function ofVm({ vm, state, reason, failedOver, retryMs }: VmStatus): string {
  if (retryMs !== undefined) return `VM ${vm} did not start, and is tried again in ${retryMs} ms: ${reason}`;
  if (state === 'running') return failedOver ? `VM ${vm} runs its actors as their JavaScript twins: ${reason}` : '';
  return state === 'lost' || state === 'failed' || state === 'restarting' ? `VM ${vm} is ${state}: ${reason}` : '';
}

const ofParty = (who: string, { state, reason }: ActorStatus | PortStatus): string =>
  state === 'exhausted' || state === 'failed' || state === 'lost' ? `${who} is ${state}: ${reason}` : '';

const ofFailOver = ({ actor, state, circuit, reason }: ActorStatus): string =>
  state === 'running' && circuit === 'open' ? `actor ${actor} runs as its JavaScript twin: ${reason}` : '';

const atMessage = ({ message }: CrashReport): string => (message.kindName ? ` at ${message.kindName} from ${message.source}` : '');

const causeOf = ({ reason, position }: CrashReport): string => (position ? `${reason} (${position})` : reason);
