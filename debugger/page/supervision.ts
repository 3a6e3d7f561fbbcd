/**
 * Who supervises whom, and how everything is: the tree with each machine's state, budgets, circuits and epochs, what storage holds; and owners with
 * their followers. The tree is asked of the application that runs, owners and followers come out of the recording. Where
 * no application runs, the recording tells who ran where, began again and ended.
 */
import type { Remote } from 'comlink';
import { durationText } from '../../trace/text.js';
import type { Life } from '../table/lives.js';
import type { Topic } from '../table/topics.js';
import { Dialog } from './dialog.js';
import { element } from './element.js';
import type { ActorHealth, Health, SupervisorTree } from './health.js';
import type { ServerLink } from './server.js';
import type { RunInWorker } from './worker.js';

const AGAIN_MS = 1_500;

export class SupervisionPane {
  private readonly pane: Dialog;

  constructor(
    dialog: HTMLDialogElement,
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
    const health = this.server.status?.isConnected ? ((await this.server.ask({ what: 'health' })) as Health) : null;
    const parts = health ? partsOf(health) : recordedParts(await this.run.lives());
    this.pane.content.replaceChildren(...parts, ...topicParts(topics));
  }
}

function partsOf(health: Health): readonly Node[] {
  const { state, supervision, vms, traces } = health;
  const flags = supervision ? `; when the budget of the root is spent: ${supervision.escalation}` : '';
  const rows = supervision ? treeRows(supervision.tree, health, 0) : health.actors.map((actor) => actorRow(actor, health, 0));
  const threads = vms.map(({ vm, state: its, reason, failedOver }) => {
    const trace = traces.find((each) => each.vm === vm);
    const why = [reason, failedOver ? 'its actors run as their JavaScript twins for good' : ''].filter(Boolean).join('; ');
    return row([vm, its, why, trace ? `${trace.level}, ${(trace.share * 100).toFixed(1)} % of its time` : '-'], its === 'running');
  });
  const ports = health.ports.map(({ port, vm, state: its, epoch, restarts, reason }) =>
    row([port, vm, its, String(epoch), String(restarts), reason], its === 'running'),
  );
  return [
    element('p', {}, [`The system is ${state}${flags}.`]),
    table('Actors and their supervisors', ['', 'VM', 'state', 'circuit', 'epoch', 'restarts', 'twin', 'in storage', 'why'], rows),
    table('VMs', ['', 'state', 'why', 'traces'], threads),
    table('Ports', ['', 'VM', 'state', 'epoch', 'restarts', 'why'], ports),
  ];
}

function recordedParts(lives: readonly Life[]): readonly Node[] {
  const placeText = ({ vm, after }: Life['places'][number]) => (after === 0 ? vm : `${vm} after ${durationText(after)}`);
  const rows = lives.map(({ party, places, epoch, restarts, ends, why, undelivered }) => {
    const where = places.map(placeText).join(', ') || 'not in the recording';
    return row(
      [party, where, epoch === 0 ? '-' : String(epoch), String(restarts), String(ends), String(undelivered), why],
      ends + undelivered === 0,
    );
  });
  return [
    element('p', { class: 'faint' }, ['The tree is that of an application that runs. This is what the recording tells:']),
    table('Lives', ['', 'VM', 'epoch', 'restarts', 'ended', 'not delivered', 'why it ended last'], rows),
  ];
}

function treeRows(tree: SupervisorTree, health: Health, depth: number): readonly HTMLElement[] {
  const { supervisor, strategy = 'one_for_one', children } = tree;
  const { intensity = 0, periodMs = 0 } = { ...health.supervision?.intensity, ...tree };
  const budget = `${strategy}, at most ${intensity} restarts in ${periodMs / 1000} s`;
  const head = element('tr', {}, [headOf(supervisor, depth), element('td', { colspan: '8', class: 'faint' }, [budget])]);
  const below = children.flatMap((child) => {
    if (typeof child !== 'string') return treeRows(child, health, depth + 1);
    const actor = health.actors.find((each) => each.actor === child);
    return actor ? [actorRow(actor, health, depth + 1)] : [];
  });
  return [head, ...below];
}

function actorRow(actor: ActorHealth, { persistent }: Health, depth: number): HTMLElement {
  const { vm, state, circuit, epoch, restarts, twin, reason, condition } = actor;
  const kept = persistent.find((each) => each.actor === actor.actor);
  const stored = kept ? (kept.failure ? `failed: ${kept.failure.code ?? ''}` : `generation ${kept.generation}`) : '-';
  const why = [twin.why, twin.detail].filter(Boolean).join(': ');
  const cells = [actor.actor, vm, state, circuit ?? '-', String(epoch), String(restarts), why, stored, reason];
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
