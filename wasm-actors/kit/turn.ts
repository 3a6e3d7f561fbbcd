/**
 * A turn: the host has put a batch of frames, or a snapshot, into the inbox and calls. This is the only code that calls the actor.
 * A handler's output is committed when it returns, so a handler that traps has emitted nothing.
 */
import { BODY_OFFSET, checkFrame, frameKind, frameLength, frameSentAt, frameSequence, frameSource } from '../../protocol/assembly/frame';
import { Problem } from '../../protocol/assembly/reader';
import { BATCH_OUTPUT_BYTES_MAX, SNAPSHOT_BYTES_MAX } from '../../protocol/limits';
import { Cell, cell, HANG_FAULT, NO_FAULT, setCell } from './cells';
import { collectWhenDue } from './collector';
import { progress } from './env';
import { Incarnation } from './incarnation';
import { clearMalformed, noteMalformed } from './malformed';

/** First size of the inbox: a small batch fits. It grows when the host asks for more. */
const INBOX_BYTES: u32 = 8192;

let incarnation: Incarnation | null = null;

/** Makes this module run `actor`. The last statement of the actor's file. */
export function start(actor: Incarnation): void {
  incarnation = actor;
  setCell(Cell.INBOX, <u32>heap.alloc(INBOX_BYTES));
  setCell(Cell.INBOX_BYTES, INBOX_BYTES);
  setCell(Cell.FAULT, NO_FAULT);
}

export function theActor(): Incarnation {
  return incarnation!;
}

/** Makes the inbox at least this large. Its contents are lost. A host hands in nothing larger than a snapshot. */
export function reserveInbox(bytes: u32): void {
  if (bytes <= cell(Cell.INBOX_BYTES)) return;
  if (bytes > <u32>SNAPSHOT_BYTES_MAX) throw new RangeError('an inbox larger than SNAPSHOT_BYTES_MAX');
  const capacity = max(bytes, min(cell(Cell.INBOX_BYTES) << 1, <u32>SNAPSHOT_BYTES_MAX));
  heap.free(cell(Cell.INBOX));
  setCell(Cell.INBOX, <u32>heap.alloc(capacity));
  setCell(Cell.INBOX_BYTES, capacity);
}

/**
 * Handles the frames in the first `bytes` of the inbox, and stops after a frame when the output is large: the host hands in the rest
 * again once the output has left.
 */
export function handleBatch(bytes: u32): void {
  const actor = theActor();
  const end = <usize>cell(Cell.INBOX) + bytes;
  let at = <usize>cell(Cell.INBOX);
  let frame: u32 = 0;
  actor.outbox.reset();
  commit(actor);
  clearMalformed();
  while (at < end && actor.outbox.length < BATCH_OUTPUT_BYTES_MAX) {
    setCell(Cell.PROGRESS, frame);
    if (frame > 0) progress(frame);
    const problem = checkFrame(at, end);
    if (problem != Problem.None) {
      noteMalformed(frame, problem, 0);
      // A whole frame with a wrong header can be skipped; otherwise the start of the next one is unknown.
      if (problem != Problem.Header) break;
    } else {
      handleFrame(actor, at, frame);
    }
    endFrame();
    commit(actor);
    at += <usize>frameLength(at);
    frame++;
  }
  setCell(Cell.PROGRESS, frame);
  collectWhenDue();
}

function handleFrame(actor: Incarnation, at: usize, frame: u32): void {
  actor.source = frameSource(at);
  actor.sequence = frameSequence(at);
  actor.sentAt = frameSentAt(at);
  const reader = actor.reader;
  reader.reset(at + BODY_OFFSET, at + <usize>frameLength(at));
  reader.request = 0;
  if (!actor.handleBody(frameKind(at), reader)) noteMalformed(frame, reader.problem, reader.offset);
}

/** Counts down to the fault that the host has armed, and carries it out after the work of its handler. */
function endFrame(): void {
  const fault = cell(Cell.FAULT);
  if (fault == NO_FAULT) return;
  if (fault == 0) unreachable();
  while (fault == HANG_FAULT) {}
  setCell(Cell.FAULT, fault - 1);
}

function commit(actor: Incarnation): void {
  const outbox = actor.outbox;
  actor.committed = outbox.length;
  setCell(Cell.OUTBOX, <u32>outbox.start);
  setCell(Cell.COMMITTED_BYTES, outbox.length);
}

/** Writes the snapshot to the outbox, which the host has emptied. */
export function takeSnapshot(): void {
  const actor = theActor();
  actor.outbox.reset();
  actor.encodeSnapshot(actor.outbox);
  setCell(Cell.SNAPSHOT, <u32>actor.outbox.start);
  setCell(Cell.SNAPSHOT_BYTES, actor.outbox.length);
  collectWhenDue();
}

/** Restores the state from a snapshot of so many bytes. A malformed one is noted. */
export function restoreSnapshot(at: usize, bytes: u32): void {
  const actor = theActor();
  const reader = actor.reader;
  clearMalformed();
  reader.reset(at, at + bytes);
  if (!actor.decodeSnapshot(reader)) noteMalformed(0, reader.problem, reader.offset);
  collectWhenDue();
}
