/**
 * Who supervises whom, and how everything is: the tree with each machine's state, budgets, circuits and epochs, what storage holds; and owners with
 * their followers. All of it is of the moment that is looked at, out of the recording; of an application that runs and is not travelled in, it is asked.
 */
import type { Remote } from 'comlink';
import { type ActorStatus, type SystemStatus, supervisorsOf } from '../../trace/status.js';
import { durationText, timeText } from '../../trace/text.js';
import type { Life } from '../table/lives.js';
import type { Topic } from '../table/topics.js';
import { Dialog } from './dialog.js';
import { element } from './element.js';
import type { Health, TraceHealth } from './health.js';
import type { ServerLink } from './server.js';
import type { View } from './view.js';
import type { RunInWorker } from './worker.js';

const AGAIN_MS = 1_500;
/** Less than this is said so. */
const SHARE_SHOWN_MIN = 0.000_1;

export class SupervisionPane {
  private readonly pane: Dialog;

  constructor(
    dialog: HTMLDialogElement,
    private readonly view: View,
    private readonly run: Remote<RunInWorker>,
    private readonly server: ServerLink,
  ) {
    this.pane = new Dialog(dialog, () => this.look(), AGAIN_MS);
  }

  toggle(): void {
    this.pane.toggle();
  }

  private async look(): Promise<void> {
    const topics = await this.run.topics();
    const isNow = this.server.status?.isConnected && !this.view.travels;
    const parts = isNow ? partsOf((await this.server.ask({ what: 'health' })) as Health) : await this.recordedParts();
    this.pane.content.replaceChildren(...parts, ...topicParts(topics));
  }

  private async recordedParts(): Promise<readonly Node[]> {
    const { view, run } = this;
    const { moment, detail } = view;
    const [status, lives] = [await run.statusAt(moment), await run.lives()];
    const when = detail ? `at #${detail.moment}` : 'at the end of what is recorded';
    const said = status
      ? statusParts(status, [], `${when}, ${timeText(moment).slice(0, 12)}`)
      : [element('p', { class: 'faint' }, ['This recording has no tree of supervisors: an earlier version of Tandem has written it.'])];
    return [...said, livesTable(lives)];
  }
}

function partsOf({ supervision: { tree, intensity, escalation }, traces, ...health }: Health): readonly Node[] {
  return statusParts({ ...health, escalation, supervisors: supervisorsOf(tree, intensity) }, traces, 'now');
}

/** @param traces what tracing costs; none when that is not known */
function statusParts(status: SystemStatus, traces: readonly TraceHealth[], when: string): readonly Node[] {
  const threads = status.vms.map(({ vm, state, reason, failedOver }) => {
    const why = [reason, failedOver ? 'its actors run as their JavaScript twins for good' : ''].filter(Boolean).join('; ');
    return row([vm, state, why, ...traces.flatMap((trace) => (trace.vm === vm ? [traceText(trace)] : []))], state === 'running');
  });
  const ports = status.ports.map(({ port, vm, state, epoch, restarts, reason }) =>
    row([port, vm, state, String(epoch), String(restarts), reason], state === 'running'),
  );
  const budget = `when the budget of the root is spent: ${status.escalation}`;
  return [
    element('p', {}, [`The system is ${status.state}, ${when}; ${budget}.`]),
    table(
      'Actors and their supervisors',
      ['', 'VM', 'state', 'circuit', 'epoch', 'restarts', 'twin', 'in storage', 'why'],
      treeRows(status),
    ),
    table('VMs', ['', 'state', 'why', ...(traces.length > 0 ? ['traces, by estimate'] : [])], threads),
    table('Ports', ['', 'VM', 'state', 'epoch', 'restarts', 'why'], ports),
  ];
}

function traceText({ level, share }: TraceHealth): string {
  const percent = share < SHARE_SHOWN_MIN ? (share === 0 ? '0' : `below ${SHARE_SHOWN_MIN * 100}`) : (share * 100).toPrecision(2);
  return `${level}, ${percent} % of its time`;
}

function livesTable(lives: readonly Life[]): HTMLElement {
  const placeText = ({ vm, after }: Life['places'][number]) => (after === 0 ? vm : `${vm} after ${durationText(after)}`);
  const rows = lives.map(({ party, places, epoch, restarts, ends, why, undelivered }) => {
    const where = places.map(placeText).join(', ') || 'not in the recording';
    return row(
      [party, where, epoch === 0 ? '-' : String(epoch), String(restarts), String(ends), String(undelivered), why],
      ends + undelivered === 0,
    );
  });
  return table('Lives, in the whole recording', ['', 'VM', 'epoch', 'restarts', 'ended', 'not delivered', 'why it ended last'], rows);
}

function treeRows(status: SystemStatus): readonly HTMLElement[] {
  const left = new Map(status.supervisors.map((each) => [each.supervisor, each]));
  const actors = new Map(status.actors.map((each) => [each.actor, each]));
  const rowsOf = (name: string, depth: number): readonly HTMLElement[] => {
    const [supervisor, actor] = [left.get(name), actors.get(name)];
    if (!supervisor) return actor ? [actorRow(actor, status, depth)] : [];
    // A file may say that one is below itself.
    left.delete(name);
    const { strategy, intensity, periodMs, children } = supervisor;
    const budget = `${strategy}, at most ${intensity} restarts in ${periodMs / 1000} s`;
    const head = element('tr', {}, [headOf(name, depth), element('td', { colspan: '8', class: 'faint' }, [budget])]);
    return [head, ...children.flatMap((child) => rowsOf(child, depth + 1))];
  };
  return status.supervisors.slice(0, 1).flatMap(({ supervisor }) => rowsOf(supervisor, 0));
}

function actorRow(status: ActorStatus, { persistent }: SystemStatus, depth: number): HTMLElement {
  const { actor, vm, state, circuit, epoch, restarts, twin, reason, condition } = status;
  const kept = persistent.find((each) => each.actor === actor);
  const stored = kept ? (kept.failure ? `failed: ${kept.failure.code}` : `generation ${kept.generation}`) : '-';
  const why = [twin.why, twin.detail].filter(Boolean).join(': ');
  const cells = [actor, vm, state, circuit ?? '-', String(epoch), String(restarts), why, stored, reason];
  return row(cells, condition === 'running', depth);
}

function topicParts(topics: readonly Topic[]): readonly Node[] {
  if (topics.length === 0) return [element('p', { class: 'faint' }, ['No actor publishes anything.'])];
  const rows = topics.flatMap(({ name, owner, version, followers }) => {
    const first = [name, owner, version === 0 ? 'not in the recording' : String(version)];
    if (followers.length === 0) return [row([...first, 'nobody', '', ''], true)];
    return followers.map((follower, at) => {
      const lag = version - follower.version;
      const waited = follower.waited === null ? '' : durationText(follower.waited);
      const has = follower.version === 0 ? 'none in the recording' : String(follower.version);
      return row(
        [...(at === 0 ? first : ['', '', '']), follower.name, lag > 0 && follower.version > 0 ? `${has}, ${lag} behind` : has, waited],
        lag <= 0,
      );
    });
  });
  return [table('Owners and followers', ['topic', 'owner', 'version', 'follower', 'has', 'after'], rows)];
}

function row(cells: readonly string[], isWell: boolean, depth = 0): HTMLElement {
  const [first, ...others] = cells;
  return element('tr', isWell ? {} : { class: 'unwell' }, [headOf(first, depth), ...others.map((text) => element('td', {}, [text]))]);
}

function headOf(name: string, depth: number): HTMLElement {
  const head = element('th', { scope: 'row' }, [name]);
  head.style.paddingLeft = `${depth * 20}px`;
  return head;
}

function table(title: string, head: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const names = head.map((name) => element('th', { scope: 'col' }, [name]));
  return element('section', { 'aria-label': title }, [
    element('h3', {}, [title]),
    element('table', { class: 'actors' }, [element('tr', {}, names), ...rows]),
  ]);
}
