/** Records of the frames of a batch that did not decode: three u32s each, which the host reads after the batch. */
import { Problem } from '../../protocol/assembly/reader';
import { Cell, cell, setCell } from './cells';

const RECORD_BYTES: u32 = 12;
const RECORDS_MIN: u32 = 8;

let capacity: u32 = 0;

export function clearMalformed(): void {
  setCell(Cell.MALFORMED_COUNT, 0);
}

/** @param frame index in the batch @param offset from the start of the body, or of the frame when its header is wrong */
export function noteMalformed(frame: u32, problem: Problem, offset: u32): void {
  const count = cell(Cell.MALFORMED_COUNT);
  if (count == capacity) grow();
  const record = <usize>cell(Cell.MALFORMED) + count * RECORD_BYTES;
  store<u32>(record, frame);
  // The reader counts from 1, with 0 for none.
  store<u32>(record, problem - 1, 4);
  store<u32>(record, offset, 8);
  setCell(Cell.MALFORMED_COUNT, count + 1);
}

function grow(): void {
  const former = capacity;
  capacity = max(RECORDS_MIN, former << 1);
  const bytes = capacity * RECORD_BYTES;
  setCell(Cell.MALFORMED, <u32>(former == 0 ? heap.alloc(bytes) : heap.realloc(cell(Cell.MALFORMED), bytes)));
}
