/** Completes a crash report with the position in the source, which its VM finds when it is asked. */
import type { VmControl } from '../contract/control.js';
import type { CrashReport } from '../contract/events.js';

/** @param control of the VM where it happened; undefined when that is gone. Never rejects */
export async function withPosition(report: CrashReport, control: VmControl | undefined): Promise<CrashReport> {
  if (report.position !== '' || !control) return report;
  const position = await control.locate(report.party, report.epoch).catch(() => '');
  return { ...report, position };
}
