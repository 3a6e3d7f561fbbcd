/**
 * The guest ABI, host side: what a module must export, what it may import, and where its cells are. docs/GUEST-ABI.md is the
 * contract for any language; wasm-actors/kit/cells.ts has the same numbers, and a test compares the two.
 */

export const ABI_VERSION = 1;

/** Raw exports: numbers in, numbers out. */
export interface GuestExports {
  readonly memory: WebAssembly.Memory;
  tandem_abi_version(): number;
  /** Address of the cells; the same for the life of the instance. */
  tandem_cells(): number;
  /** Makes the inbox at least this large; it may move. */
  tandem_reserve(bytes: number): void;
  tandem_handle(bytes: number): void;
  tandem_snapshot(): void;
  tandem_restore(bytes: number): void;
}

const GUEST_FUNCTIONS = [
  'tandem_abi_version',
  'tandem_cells',
  'tandem_reserve',
  'tandem_handle',
  'tandem_snapshot',
  'tandem_restore',
] as const satisfies readonly (keyof GuestExports)[];

/** Index of each cell, a little-endian u32. */
export const CELL = {
  inbox: 0,
  inboxBytes: 1,
  outbox: 2,
  committedBytes: 3,
  progress: 4,
  fault: 5,
  snapshot: 6,
  snapshotBytes: 7,
  malformed: 8,
  malformedCount: 9,
} as const;
export const CELL_COUNT = 10;

/** u32s of one record of a malformed frame: its index in the batch, the problem's index, offset. */
export const MALFORMED_CELLS = 3;

/** What `fault` holds when no fault is armed. */
export const NO_FAULT = 0xffff_ffff;
/** Added to `fault`: the handler is to loop for ever instead of trapping. */
export const HANG_FAULT = 0x8000_0000;

/** What a guest may import from `env`. */
const IMPORTS: readonly string[] = ['abort', 'progress', 'log'];

export type GuestProblem =
  | 'engine'
  | 'not a module'
  | 'missing export'
  | 'forbidden import'
  | 'abi version'
  | 'cells'
  | 'other actor'
  | 'other protocol'
  | 'other schema';

/** A module cannot be run as a guest. Thrown before it handles any message. */
export class GuestError extends Error {
  override readonly name = 'GuestError';
  constructor(
    readonly problem: GuestProblem,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${problem}: ${detail}`, options);
  }
}

/** @throws GuestError `missing export` or `forbidden import` */
export function checkModule(module: WebAssembly.Module): void {
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  if (kinds.get('memory') !== 'memory') throw new GuestError('missing export', 'memory');
  for (const name of GUEST_FUNCTIONS) {
    if (kinds.get(name) !== 'function') throw new GuestError('missing export', `function ${name}`);
  }
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (from !== 'env' || !IMPORTS.includes(name) || kind !== 'function')
      throw new GuestError('forbidden import', `${kind} ${from}.${name}`);
  }
}

/** @throws GuestError `abi version` */
export function checkVersion(guest: GuestExports): void {
  const version = guest.tandem_abi_version();
  if (version !== ABI_VERSION) throw new GuestError('abi version', `the module has ${version}, this runtime ${ABI_VERSION}`);
}
