/** What happens to a VM, as its actors and ports are told: lost, being started again, back. */
import type { EndReason } from '../../protocol/generated/system.js';
import type { VmStatus } from './change-feed.js';

/** An actor or port that lives in the VM. */
export interface VmParty {
  readonly status: { readonly address: number };
  readonly state: string;
  /** Whether it can go on where the VM has failed over. */
  readonly canFailOver: boolean;
  vmLost(reason: string): void;
  vmRestarting(reason: string, end: EndReason): void;
  vmRecovered(): void;
}

export const whyLost = ({ vm, reason }: VmStatus): string => `VM ${vm} was lost: ${reason}`;

/**
 * @param culprit address of the party at which the VM hung, when that is why it was lost
 * @returns whether some of them are lost for good
 */
export function tellParties(status: VmStatus, parties: readonly VmParty[], culprit: number | undefined): boolean {
  const { state, failedOver } = status;
  const why = whyLost(status);
  if (state === 'running') for (const party of parties) party.vmRecovered();
  if (state !== 'restarting' && state !== 'lost') return false;
  const left = parties.filter((party) => state === 'lost' || (failedOver && !party.canFailOver));
  for (const party of left) party.vmLost(why);
  for (const party of parties) if (!left.includes(party)) party.vmRestarting(why, party.status.address === culprit ? 'hang' : 'vmLost');
  return left.some((party) => party.state === 'lost');
}
