/** What the supervisor shares with those who watch, and how every actor and port is, as it knows it and as a person sees it. */
import type { Host } from '../contract/host.js';
import { type CircuitState, conditionOf, type PartyCondition } from '../contract/states.js';
import type { StateKeeper } from '../contract/storage.js';
import type { ActorStatus, ChangeFeed, PortStatus } from './change-feed.js';
import type { Directory } from './directory.js';
import type { SupervisionOptions } from './supervision.js';
import type { Tracing } from './trace/tracing.js';

export interface SupervisedState {
  readonly host: Host;
  /** Where everything is. */
  readonly directory: Directory;
  /** What is reported about it. */
  readonly changes: ChangeFeed;
  readonly persistence: StateKeeper;
  readonly tracing: Tracing;
  /** Who supervises whom, and how. */
  readonly supervision: SupervisionOptions;
}

export const actorStatuses = ({ directory, changes }: SupervisedState): readonly (ActorStatus & PartyCondition)[] =>
  [...directory.actors.values()].map(({ status }) => {
    const failedOver = status.circuit === 'open' || status.twin.why === 'guest';
    return { ...status, ...conditionIn(changes, status.actor, status, failedOver ? 'open' : status.circuit) };
  });

export const portStatuses = ({ directory, changes }: SupervisedState): readonly (PortStatus & PartyCondition)[] =>
  [...directory.ports.values()].map(({ status }) => ({ ...status, ...conditionIn(changes, status.port, status, null) }));

function conditionIn(
  changes: ChangeFeed,
  party: string,
  { state }: ActorStatus | PortStatus,
  circuit: CircuitState | null,
): PartyCondition {
  const history = changes.histories.of(party);
  return { ...history, condition: conditionOf(state, history, circuit) };
}
