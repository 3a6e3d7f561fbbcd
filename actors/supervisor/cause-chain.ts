/**
 * Follows the chain of causes of a crash from VM to VM. A VM traces the frames that pass it, so the chain in its report ends at
 * a frame that came from elsewhere; the VM where that frame's source lives knows what caused it.
 */
import { CAUSE_CHAIN_MAX } from '../../protocol/limits.js';
import type { VmControl } from '../contract/control.js';
import type { CauseLink, CrashReport } from '../contract/events.js';

export interface CauseSources {
  /** Address of a party; undefined when there is none of that name. */
  addressOf(name: string): number | undefined;
  /** Control of the VM where an address lives; undefined when it is gone. */
  controlAt(address: number): VmControl | undefined;
}

/** @returns the report with the chain as far as the VMs that live still know it. Never rejects */
export async function withCauses(report: CrashReport, sources: CauseSources): Promise<CrashReport> {
  const causes: CauseLink[] = [...report.causes];
  let address = causes.at(-1)?.address ?? sources.addressOf(report.message.source);
  let sequence = causes.at(-1)?.sequence ?? report.message.sequence;
  while (address !== undefined && causes.length < CAUSE_CHAIN_MAX) {
    const further = await causesOf(address, sequence, sources);
    const last = further.at(-1);
    if (!last) break;
    causes.push(...further);
    ({ address, sequence } = last);
  }
  return { ...report, causes: causes.slice(0, CAUSE_CHAIN_MAX) };
}

/** The causes of a frame without the frame itself, which comes first in a VM's answer. */
async function causesOf(address: number, sequence: number, sources: CauseSources): Promise<readonly CauseLink[]> {
  const chain = await sources
    .controlAt(address)
    ?.causes(address, sequence)
    .catch(() => []);
  return chain?.slice(1) ?? [];
}
