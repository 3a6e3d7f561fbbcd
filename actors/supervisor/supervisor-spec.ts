/** What an application says about its supervisors: who supervises whom, and how. */
import type { Intensity } from './intensity.js';
import type { Backoff } from './tree/backoff.js';
import type { AutoShutdown, RestartKind, Strategy } from './tree/specification.js';

/** A supervisor and what it supervises, in the order of their start. */
export interface SupervisorSpec extends Partial<Intensity> {
  /** Unlike that of any other supervisor or actor. */
  readonly supervisor: string;
  /** `one_for_one` when not given. */
  readonly strategy?: Exclude<Strategy, 'simple_one_for_one'>;
  /** `never` when not given. */
  readonly autoShutdown?: AutoShutdown;
  /** None when not given: a child is restarted at once. */
  readonly backoff?: Backoff;
  /** When its own end makes its supervisor restart it: `permanent` when not given. Of no meaning for the root. */
  readonly restart?: RestartKind;
  /** Its end, when it is not restarted, may end its supervisor. */
  readonly significant?: boolean;
  /** Actors by their names, and further supervisors. */
  readonly children: readonly (string | SupervisorSpec)[];
}

/** The names of all actors, in the order of their start. */
export const actorsOf = ({ children }: SupervisorSpec): readonly string[] =>
  children.flatMap((child) => (typeof child === 'string' ? [child] : actorsOf(child)));

/** The names of all actors and supervisors. */
const namesOf = ({ supervisor, children }: SupervisorSpec): readonly string[] => [
  supervisor,
  ...children.flatMap((child) => (typeof child === 'string' ? [child] : namesOf(child))),
];

/** One supervisor over all, one for one. */
export const flatTree = (actors: readonly string[]): SupervisorSpec => ({ supervisor: 'root', children: actors });

/** @throws RangeError unless every actor is in the tree once, and no name stands for two */
export function checkTree(tree: SupervisorSpec, actors: readonly string[]): void {
  const names = namesOf(tree);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`${twice} is in the tree of supervisors twice`);
  const supervised = actorsOf(tree);
  const strange = supervised.find((name) => !actors.includes(name));
  if (strange !== undefined) throw new RangeError(`${strange} is in the tree of supervisors, and is no actor`);
  const missing = actors.find((name) => !supervised.includes(name));
  if (missing !== undefined) throw new RangeError(`actor ${missing} is not in the tree of supervisors`);
}
