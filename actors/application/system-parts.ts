/** What a system consists of, and how everything in it is, as the supervisor knows it and as a person sees it. */
import type { Host } from '../contract/host.js';
import { type CircuitState, conditionOf, type PartyCondition } from '../contract/states.js';
import type { ActorStatus, PortStatus } from '../supervisor/change-feed.js';
import type { SupervisedState } from '../supervisor/supervised-state.js';
import type { SupervisionOptions } from '../supervisor/supervision.js';
import type { Lacks } from './lacks.js';

export interface SystemParts extends SupervisedState {
  readonly host: Host;
  readonly lacks: Lacks;
  /** Who supervises whom, and how. */
  readonly supervision: SupervisionOptions;
}

export const actorStatuses = ({ directory, changes }: SystemParts): readonly (ActorStatus & PartyCondition)[] =>
  [...directory.actors.values()].map(({ status }) => {
    const failedOver = status.circuit === 'open' || status.twin.why === 'guest';
    return { ...status, ...conditionIn(changes, status.actor, status, failedOver ? 'open' : status.circuit) };
  });

export const portStatuses = ({ directory, changes }: SystemParts): readonly (PortStatus & PartyCondition)[] =>
  [...directory.ports.values()].map(({ status }) => ({ ...status, ...conditionIn(changes, status.port, status, null) }));

function conditionIn(
  changes: SystemParts['changes'],
  party: string,
  { state }: ActorStatus | PortStatus,
  circuit: CircuitState | null,
): PartyCondition {
  const history = changes.histories.of(party);
  return { ...history, condition: conditionOf(state, history, circuit) };
}
