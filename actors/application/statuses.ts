/** How everything is, as the supervisor knows it, and as a person sees it. */
import { type CircuitState, conditionOf, type PartyCondition } from '../contract/states.js';
import type { ActorStatus, PortStatus } from '../supervisor/change-feed.js';
import type { SupervisedState } from '../supervisor/supervisor.js';

type Known = Pick<SupervisedState, 'directory' | 'changes'>;

export const actorStatuses = ({ directory, changes }: Known): readonly (ActorStatus & PartyCondition)[] =>
  [...directory.actors.values()].map(({ status }) => {
    const failedOver = status.circuit === 'open' || status.twin.why === 'guest';
    return { ...status, ...conditionIn(changes, status.actor, status, failedOver ? 'open' : status.circuit) };
  });

export const portStatuses = ({ directory, changes }: Known): readonly (PortStatus & PartyCondition)[] =>
  [...directory.ports.values()].map(({ status }) => ({ ...status, ...conditionIn(changes, status.port, status, null) }));

function conditionIn(
  changes: Known['changes'],
  party: string,
  { state }: ActorStatus | PortStatus,
  circuit: CircuitState | null,
): PartyCondition {
  const history = changes.histories.of(party);
  return { ...history, condition: conditionOf(state, history, circuit) };
}
