/**
 * A snapshot is checked as it is taken: one that no incarnation could restore would be found when the state is gone. It decodes by the schema of its
 * actor, is not too large, and as long as that costs little it is the same when it is taken again.
 */
import { checkOf } from '../../../protocol/check-value.js';
import { DecodeError } from '../../../protocol/errors.js';
import { SNAPSHOT_AGAIN_BYTES_MAX, SNAPSHOT_BYTES_MAX } from '../../../protocol/limits.js';
import { locateField } from '../../../protocol/locate.js';
import { Reader } from '../../../protocol/reader.js';
import type { PartySchema } from '../../../protocol/schema.js';
import { snapshotField } from '../../contract/snapshot.js';

/** What an actor gives for its state, and is none. */
class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

const reader = new Reader();

/** @throws SnapshotError */
export function checkSnapshot(schema: PartySchema, bytes: Uint8Array): void {
  if (bytes.length > SNAPSHOT_BYTES_MAX)
    throw new SnapshotError(
      `its snapshot has ${bytes.length} bytes, more than SNAPSHOT_BYTES_MAX (${SNAPSHOT_BYTES_MAX}): it must keep less`,
    );
  const whole = snapshotField(schema);
  try {
    reader.reset(bytes);
    checkOf(whole)(reader);
    reader.finish();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const field = locateField('snapshot', whole.fields!, bytes, 0, bytes.length, error.offset);
    throw new SnapshotError(`its snapshot could not be restored: ${new DecodeError(error.problem, error.offset, field).message}`, {
      cause: error,
    });
  }
}

/** @param take valid until the next call. @returns a snapshot that holds. @throws SnapshotError, or what `take` throws */
export function takeChecked(schema: PartySchema, take: () => Uint8Array): Uint8Array {
  const bytes = take();
  checkSnapshot(schema, bytes);
  if (bytes.length > SNAPSHOT_AGAIN_BYTES_MAX) return bytes;
  const first = bytes.slice();
  const again = take();
  if (again.length !== first.length || again.some((byte, index) => byte !== first[index]))
    throw new SnapshotError('its snapshot differs when it is taken again, though nothing was handled in between');
  return again;
}
