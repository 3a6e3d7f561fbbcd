/**
 * The cells: u32s at a fixed address through which guest and host tell each other where things are. docs/GUEST-ABI.md draws them;
 * host-shim/wasm/abi.ts has the same numbers.
 */

export const ABI_VERSION: u32 = 1;

export namespace Cell {
  /** Address and capacity of the inbox, where the host puts batches of frames and snapshots to restore. */
  export const INBOX: u32 = 0;
  export const INBOX_BYTES: u32 = 1;
  /** Address of the outbox, and the number of its bytes that were emitted by handlers that returned. */
  export const OUTBOX: u32 = 2;
  export const COMMITTED_BYTES: u32 = 3;
  /** Index in the batch of the frame being handled. */
  export const PROGRESS: u32 = 4;
  /** Written by the host: number of frames to handle before one traps, or with HANG_FAULT loops for ever; NO_FAULT for none. */
  export const FAULT: u32 = 5;
  export const SNAPSHOT: u32 = 6;
  export const SNAPSHOT_BYTES: u32 = 7;
  /** Address and number of the records of malformed frames. */
  export const MALFORMED: u32 = 8;
  export const MALFORMED_COUNT: u32 = 9;
}
const CELL_COUNT: i32 = 10;

export const NO_FAULT: u32 = 0xffffffff;
export const HANG_FAULT: u32 = 0x80000000;

/** Address of the first cell. */
export const CELLS: usize = memory.data(CELL_COUNT << 2, 4);

// @ts-ignore: decorator
@inline export function cell(index: u32): u32 {
  return load<u32>(CELLS + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline export function setCell(index: u32, value: u32): void {
  store<u32>(CELLS + (<usize>index << 2), value);
}
