/** Begins recordings. What records is loaded by then: most pages never do. */
import type { RecordingFacts, RecordingSink } from '../../trace/recording.js';
import { loadPart } from '../contract/load-error.js';
import { SupervisionError } from '../supervisor/errors.js';
import type { RecordedSystem } from './recorded-system.js';
import type { RecordOptions, SystemRecording } from './system-recording.js';

/** @throws as `System.record` */
export async function beginRecording(
  system: RecordedSystem,
  sink: RecordingSink,
  placement: RecordingFacts['placement'],
  options: RecordOptions,
): Promise<SystemRecording> {
  const { SystemRecording } = await loadPart(system.host, 'what records', import('./system-recording.js'));
  if (system.directory.ending) throw new SupervisionError('state', 'system', 'it has ended, so nothing is recorded any more');
  const recording = new SystemRecording(system, sink, placement, options);
  await recording.begin();
  return recording;
}
