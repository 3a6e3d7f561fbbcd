/**
 * The trap actor as an enemy would build it, in WebAssembly's text format: it keeps and sends its sum like an honest one, until a message `trap` names
 * a way to harm its host. Lies outside of a batch (about its snapshot) begin with that message, too.
 */
import binaryen from 'assemblyscript/binaryen';

const INBOX = 0x1000;
const INBOX_BYTES = 0x4000;
const OUTBOX = 0x8000;
const SNAPSHOT = 0xf000;
const CELLS = 0x100;
const FRAME = 0x200;
const FRAME_BYTES = 52;
const cell = (index: number): string => `(i32.const ${CELLS + 4 * index})`;
const setCell = (index: number, value: string): string => `(i32.store ${cell(index)} ${value})`;
const constant = (value: number): string => `(i32.const ${value})`;
const end = '(i32.mul (memory.size) (i32.const 65536))';
const outbox = (code: string): string => `${setCell(2, constant(OUTBOX))} ${setCell(3, constant(FRAME_BYTES))}
  (memory.copy (i32.const ${OUTBOX}) (i32.const ${FRAME}) (i32.const ${FRAME_BYTES})) ${code}`;
const firstLength = (value: number): string => outbox(`(i32.store (i32.const ${OUTBOX}) (i32.const ${value}))`);
/** Ways that take effect at every snapshot or restore from now on. */
const mode = (number: number): string => `(global.set $mode (i32.const ${number}))`;

/** Code that runs at the end of the batch, by the name of the way. */
const LIES = {
  'outbox out of range': setCell(2, constant(0x7fff_fff0)) + setCell(3, constant(FRAME_BYTES)),
  'outbox of 2 GB': setCell(3, constant(-0x8000_0000)),
  'outbox over the end': setCell(2, `(i32.sub ${end} (i32.const 8))`) + setCell(3, constant(FRAME_BYTES)),
  'frame longer than the rest': firstLength(1000),
  'frame of length 0': firstLength(0),
  'frame of a negative length': firstLength(-1),
  'frame shorter than a header': firstLength(20),
  'frame with a wrong tag': outbox(`(i32.store8 (i32.const ${OUTBOX + 4}) (i32.const 0x99))`),
  'frame of 6 MB': `(drop (memory.grow (i32.const 128))) ${setCell(2, constant(65536))} ${setCell(3, constant(6 << 20))}
    (memory.copy (i32.const 65536) (i32.const ${FRAME}) (i32.const ${FRAME_BYTES})) (i32.store (i32.const 65536) (i32.const ${(6 << 20) - 4}))`,
  'malformed frames, 4 G': setCell(9, constant(-1)),
  'malformed frames out of range': setCell(8, constant(-16)) + setCell(9, constant(1)),
  'malformed frame after the batch': `${setCell(8, constant(SNAPSHOT))} ${setCell(9, constant(1))} (i32.store (i32.const ${SNAPSHOT}) (i32.const 70000))`,
  'inbox out of range': setCell(0, constant(-64)),
  'inbox of 4 GB': setCell(1, constant(-1)),
  'progress beyond the batch, and a trap': `${setCell(4, constant(70_000))} (unreachable)`,
  'progress of a frame for ever': '(loop $ever (call $progress (i32.const 0)) (br $ever))',
  'progress of every frame for ever':
    '(loop $ever (global.set $told (i32.add (global.get $told) (i32.const 1))) (call $progress (global.get $told)) (br $ever))',
  'progress of a negative frame': '(call $progress (i32.const -1))',
  'abort with a text out of range': '(call $abort (i32.const -4) (i32.const 0x7ffffff0) (i32.const -1) (i32.const -1))',
  'an empty snapshot': mode(1),
  'a snapshot of garbage': mode(2),
  'a snapshot that differs each time': mode(3),
  'a snapshot of 17 MB': mode(4),
  'a snapshot out of range': mode(5),
  'a snapshot that traps': mode(6),
  'a snapshot with progress': mode(7),
  'a loop': '(loop $ever (br $ever))',
  'progress for ever, catching': '(loop $ever (try (do (call $progress (i32.const 0))) (catch_all)) (br $ever))',
  'a snapshot that loops': mode(8),
  /** Nothing is wrong with this state, as with all other ways, except that its guest cannot restore it. */
  'a state whose restore traps': '(global.set $sum (i32.const 100))',
  'a state whose restore loops': '(global.set $sum (i32.const 101))',
  nothing: '',
} as const;

export type Lie = keyof typeof LIES;
/** A way's number is its index. */
const NAMES = Object.keys(LIES) as Lie[];
export const wayOf = (lie: Lie): number => NAMES.indexOf(lie);

/** Indexed by the number of the mode. */
const SNAPSHOTS: readonly string[] = [
  '',
  setCell(7, constant(0)),
  `(i32.store (i32.const ${SNAPSHOT + 1}) (i32.const -1044266559))`,
  `(global.set $told (i32.and (i32.add (global.get $told) (i32.const 1)) (i32.const 63))) (i32.store8 (i32.const ${SNAPSHOT + 5}) (global.get $told))`,
  `(drop (memory.grow (i32.const 280))) ${setCell(7, constant(17 << 20))}`,
  setCell(6, constant(-4)),
  '(unreachable)',
  '(loop $ever (call $progress (i32.const 1)) (br $ever))',
  '(loop $ever (br $ever))',
];

export interface HostileGuestOptions {
  /** Its memory is shared and grows with every batch, and its outbox is in the new part. */
  readonly shared?: boolean;
  /** Type and result of `tandem_cells`, for example `f64` and `(f64.const nan)`. */
  readonly cells?: { readonly type: string; readonly value: string };
}

const choose = (cases: readonly string[], on: string): string =>
  cases.map((code, number) => (code ? `(if (i32.eq ${on} (i32.const ${number})) (then ${code}))` : '')).join('\n');

function text({ shared = false, cells = { type: 'i32', value: constant(CELLS) } }: HostileGuestOptions): string {
  const out = shared ? '(global.get $out)' : constant(OUTBOX);
  return `(module
    (import "env" "progress" (func $progress (param i32)))
    (import "env" "abort" (func $abort (param i32 i32 i32 i32)))
    (memory (export "memory") ${shared ? '1 1024 shared' : '1'})
    (global $sum (mut i32) (i32.const 0))
    (global $mode (mut i32) (i32.const 0))
    (global $told (mut i32) (i32.const 0))
    (global $way (mut i32) (i32.const 0))
    (global $out (mut i32) (i32.const ${OUTBOX}))
    (data (i32.const ${CELLS}) "${[INBOX, INBOX_BYTES, OUTBOX, 0, 0, -1, SNAPSHOT, 6, SNAPSHOT, 0].map(littleEndian).join('')}")
    (data (i32.const ${FRAME}) "${littleEndian(FRAME_BYTES - 4)}${SUM_FRAME.map(escaped).join('')}")
    (data (i32.const ${SNAPSHOT}) "\\94\\90\\90\\01\\91\\00")
    (func (export "tandem_abi_version") (result i32) (i32.const 1))
    (func (export "tandem_cells") (result ${cells.type}) ${cells.value})
    (func (export "tandem_reserve") (param i32) (unreachable))
    (func $evil ${choose(Object.values(LIES), '(global.get $way)')})
    (func (export "tandem_handle") (param $bytes i32) (local $at i32) (local $frame i32) (local $committed i32) (local $evil i32)
      ${shared ? `(global.set $out (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))` : ''}
      ${setCell(2, out)} ${setCell(3, constant(0))} ${setCell(9, constant(0))}
      (loop $next
        ${setCell(4, '(local.get $frame)')}
        (if (i32.lt_u (local.get $at) (local.get $bytes)) (then
          (if (local.get $frame) (then (call $progress (local.get $frame))))
          (if (i32.eq (i32.load16_u offset=${INBOX + 6} (local.get $at)) (i32.const 0x0240))
            (then (local.set $evil (i32.const 1)) (global.set $way (i32.load8_u offset=${INBOX + 51} (local.get $at))))
            (else
              (global.set $sum (i32.add (global.get $sum) (i32.load8_u offset=${INBOX + 51} (local.get $at))))
              (memory.copy (i32.add ${out} (local.get $committed)) (i32.const ${FRAME}) (i32.const ${FRAME_BYTES}))
              (i32.store8 offset=51 (i32.add ${out} (local.get $committed)) (global.get $sum))
              (local.set $committed (i32.add (local.get $committed) (i32.const ${FRAME_BYTES})))))
          (local.set $at (i32.add (local.get $at) (i32.add (i32.const 4) (i32.load offset=${INBOX} (local.get $at)))))
          (local.set $frame (i32.add (local.get $frame) (i32.const 1)))
          ${setCell(3, '(local.get $committed)')}
          (br $next))))
      (if (local.get $evil) (then (call $evil))))
    (func (export "tandem_snapshot")
      ${setCell(6, constant(SNAPSHOT))} ${setCell(7, constant(6))}
      (i32.store (i32.const ${SNAPSHOT}) (i32.const 0x01909094))
      (i32.store8 (i32.const ${SNAPSHOT + 4}) (i32.const 0x91))
      (i32.store8 (i32.const ${SNAPSHOT + 5}) (global.get $sum))
      ${choose(SNAPSHOTS, '(global.get $mode)')})
    (func (export "tandem_restore") (param i32)
      ${setCell(9, constant(0))}
      (global.set $sum (i32.load8_u (i32.const ${INBOX + 5})))
      (if (i32.eq (global.get $sum) (i32.const 100)) (then (unreachable)))
      (if (i32.eq (global.get $sum) (i32.const 101)) (then (loop $ever (br $ever)))))
  )`;
}

/** The bytes after the length of a message to the trapper, from address 99, with a sum of 0. */
const SUM_FRAME = [
  ...[0x98, 0xcd, 0x40, 0x10, 0xcd, 0, 99, 0xcd, 0, 64, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0, 0xce, 0, 0, 0, 0],
  ...[0x92, 0xcd, 0, 0, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0, 0x91, 0],
];

const escaped = (byte: number): string => `\\${byte.toString(16).padStart(2, '0')}`;
const littleEndian = (value: number): string => [0, 8, 16, 24].map((shift) => escaped((value >>> shift) & 0xff)).join('');

/** @returns the module's bytes */
export function hostileGuest(options: HostileGuestOptions = {}): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text(options));
  module.setFeatures(binaryen.Features.All);
  const bytes = new Uint8Array(module.emitBinary());
  module.dispose();
  return bytes;
}
