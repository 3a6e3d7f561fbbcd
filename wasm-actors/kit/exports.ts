/**
 * What every guest exports: the raw ABI of docs/GUEST-ABI.md, and the typed control calls that as-bind converts. An actor's file
 * ends with `export * from './kit/exports'`.
 */
import { decimal, describeSchemas } from '../../protocol/assembly/schemas';
import { PROTOCOL_VERSION } from '../../protocol/version';
import { ABI_VERSION, Cell, cell, CELLS } from './cells';
import { handleBatch, reserveInbox, restoreSnapshot, takeSnapshot, theActor } from './turn';

export function tandem_abi_version(): u32 {
  return ABI_VERSION;
}

export function tandem_cells(): usize {
  return CELLS;
}

export function tandem_reserve(bytes: u32): void {
  reserveInbox(bytes);
}

export function tandem_handle(bytes: u32): void {
  handleBatch(bytes);
}

export function tandem_snapshot(): void {
  takeSnapshot();
}

export function tandem_restore(bytes: u32): void {
  restoreSnapshot(cell(Cell.INBOX), bytes);
}

/** Describes this actor, as JSON. */
export function describe(): string {
  const actor = theActor();
  const numbers = `"address":${decimal(actor.address)},"abiVersion":${decimal(ABI_VERSION)},"protocolVersion":${decimal(PROTOCOL_VERSION)}`;
  return `{"name":"${actor.name}",${numbers}}`;
}

/** The schemas that this was built with, as JSON: the fingerprint of each party that it deals with, by address. */
export function schemas(): string {
  return describeSchemas();
}

/** Sets a number of the configuration, before a restore and the first frame. */
export function configure(name: string, value: f64): void {
  theActor().configure(name, value);
}

export function snapshot(): Uint8Array {
  takeSnapshot();
  const bytes = new Uint8Array(cell(Cell.SNAPSHOT_BYTES));
  memory.copy(bytes.dataStart, cell(Cell.SNAPSHOT), bytes.length);
  return bytes;
}

/** Traps when the bytes are not a snapshot of this actor. */
export function restore(bytes: Uint8Array): void {
  restoreSnapshot(bytes.dataStart, bytes.length);
  assert(cell(Cell.MALFORMED_COUNT) == 0, 'not a snapshot of this actor');
}
