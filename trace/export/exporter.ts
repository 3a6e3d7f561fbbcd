/** What exporters have in common: they take a run message by message, give text as they go, and keep no more than the newest of it. */
import type { Address, Frame, Kind } from '../../protocol/names.js';
import type { Arrived, Emitted, Handled, TraceStep } from '../step.js';

/** A message that a party has handled, with what is known of its way. */
export interface ExportedMessage {
  /** Its place among all messages that actors handled, from 1; 0 when a port handled it, or it was handled again. */
  readonly number: number;
  readonly handled: Handled;
  /** Null when that is not on record. */
  readonly emitted: Emitted | null;
}

/** What happened besides messages. */
export type Event = Exclude<TraceStep, Emitted | Arrived | Handled>;

/** The words of the application that was traced. */
export interface Vocabulary {
  partyName(address: Address): string;
  kindName(kind: Kind): string;
  isPort(address: Address): boolean;
  /** Whether it answers a request. */
  isReply(kind: Kind): boolean;
  isPublication(kind: Kind): boolean;
  /** What is in a frame, decoded. */
  body(frame: Frame): unknown;
}

/** Turns a run into a text. Called in the order of the run; the text is what all calls give, one after the other. */
export interface Exporter {
  begin(): string;
  message(message: ExportedMessage): string;
  event(event: Event): string;
  end(): string;
}

/** The frame of a message; null when only its header was traced. */
export const frameOf = ({ handled, emitted }: ExportedMessage): Frame | null => handled.frame ?? emitted?.frame ?? null;
