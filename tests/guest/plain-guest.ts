/**
 * A guest written by hand in WebAssembly's text format, from docs/GUEST-ABI.md alone: no AssemblyScript, no kit, no imports. Its
 * state is the number of frames that it has handled, and it answers each with a copy of the frame.
 */
import binaryen from 'assemblyscript/binaryen';

export interface PlainGuestOptions {
  readonly abiVersion?: number;
  /** Name of an export to leave out. */
  readonly without?: string;
  /** A function to import, for example `env.now`. */
  readonly imports?: string;
  /** Code of its start function. */
  readonly start?: 'trap' | 'loop';
  /** Code that takes a snapshot; a valid one when not given. */
  readonly snapshot?: 'trap' | 'loop';
}

const INBOX = 0x1000;
const INBOX_BYTES = 0x4000;
const OUTBOX = 0x8000;
const SNAPSHOT = 0xf000;
const CELLS = 0x100;
const cell = (index: number): string => `(i32.const ${CELLS + 4 * index})`;

const FUNCTIONS: Readonly<Record<string, (options: PlainGuestOptions) => string>> = {
  tandem_abi_version: ({ abiVersion = 1 }) => `(result i32) (i32.const ${abiVersion})`,
  tandem_cells: () => `(result i32) (i32.const ${CELLS})`,
  tandem_reserve: () => `(param i32) (if (i32.gt_u (local.get 0) (i32.const ${INBOX_BYTES})) (then (unreachable)))`,
  tandem_handle: () => `(param $bytes i32) (local $at i32) (local $frame i32) (local $length i32)
    (i32.store ${cell(3)} (i32.const 0))
    (loop $next
      (i32.store ${cell(4)} (local.get $frame))
      (if (i32.lt_u (local.get $at) (local.get $bytes)) (then
        (local.set $length (i32.add (i32.const 4) (i32.load (i32.add (i32.const ${INBOX}) (local.get $at)))))
        (memory.copy
          (i32.add (i32.const ${OUTBOX}) (local.get $at)) (i32.add (i32.const ${INBOX}) (local.get $at)) (local.get $length))
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (if (i32.ne (i32.load ${cell(5)}) (i32.const -1)) (then
          (if (i32.eqz (i32.load ${cell(5)})) (then (unreachable)))
          (i32.store ${cell(5)} (i32.sub (i32.load ${cell(5)}) (i32.const 1)))))
        (local.set $at (i32.add (local.get $at) (local.get $length)))
        (local.set $frame (i32.add (local.get $frame) (i32.const 1)))
        (i32.store ${cell(3)} (local.get $at))
        (br $next))))`,
  tandem_snapshot: ({ snapshot }) => `
    ${fault(snapshot)}
    (i32.store (i32.const ${SNAPSHOT}) (i32.const 0x00909094))
    (i32.store8 (i32.const ${SNAPSHOT + 4}) (global.get $count))`,
  tandem_restore: () => `(param i32) (global.set $count (i32.load8_u (i32.const ${INBOX + 4})))`,
};

const fault = (what?: 'trap' | 'loop'): string => (what ? (what === 'trap' ? '(unreachable)' : '(loop $for_ever (br $for_ever))') : '');

function text(options: PlainGuestOptions): string {
  const [from, ...path] = options.imports?.split('.') ?? [];
  const name = path.join('.');
  const functions = Object.entries(FUNCTIONS).map(([exported, body]) => {
    const head = exported === options.without ? '(func' : `(func (export "${exported}")`;
    return `${head} ${body(options)})`;
  });
  return `(module
    ${from ? `(import "${from}" "${name}" (func $imported))` : ''}
    (memory (export "memory") 1)
    (global $count (mut i32) (i32.const 0))
    (data (i32.const ${CELLS}) "${[INBOX, INBOX_BYTES, OUTBOX, 0, 0, -1, SNAPSHOT, 5].map(littleEndian).join('')}")
    ${functions.join('\n')}
    ${from ? '(func (export "calls") (call $imported))' : ''}
    ${options.start ? `(func $start ${fault(options.start)}) (start $start)` : ''}
  )`;
}

const littleEndian = (value: number): string =>
  [0, 8, 16, 24].map((shift) => `\\${((value >>> shift) & 0xff).toString(16).padStart(2, '0')}`).join('');

/** @returns the module's bytes */
export function plainGuest(options: PlainGuestOptions = {}): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text(options));
  module.setFeatures(binaryen.Features.BulkMemory | binaryen.Features.MutableGlobals);
  const bytes = new Uint8Array(module.emitBinary());
  module.dispose();
  return bytes;
}
