/** What a port is written with: its handlers, and what they know of a frame. */
import type { BoundParty } from '../../protocol/bind.js';
import type { EndReason } from '../../protocol/generated/system.js';
import type { FollowedHandlers, Received, ReceivedFields } from './handlers.js';

export type PortParty = Pick<BoundParty, 'name' | 'address' | 'receives' | 'publishes' | 'follows' | 'sendsTo' | 'passesOn'>;

/** What a handler knows of the frame besides its fields. */
export interface Incoming {
  readonly source: number;
  readonly sequence: number;
  /** Microseconds since the Unix epoch. */
  readonly sentAt: number;
  /** Number for the reply; 0 when the frame is not a request. */
  readonly request: number;
}

/** Names of messages that are passed on when the port has no handler for them. */
type PassedOn<P> = P extends { readonly passesOn: infer O } ? (string extends keyof O ? never : keyof O & string) : never;

type ReceivedHandler<P, K extends keyof Received<P>> = (fields: ReceivedFields<P, K>, incoming: Incoming) => void;
type ReceivedHandlers<P> = {
  [K in Exclude<keyof Received<P> & string, PassedOn<P>> as `on${Capitalize<K>}`]: ReceivedHandler<P, K>;
} & {
  [K in keyof Received<P> & PassedOn<P> as `on${Capitalize<K>}`]?: ReceivedHandler<P, K>;
};
/** One handler for each message that the port receives and each topic that it follows. */
export type PortHandlers<P> = Flat<
  ReceivedHandlers<P> &
    FollowedHandlers<P, void> & {
      /** Every actor runs: the port may send. */
      onOpen?(): void;
      /** An incarnation of a party that the schema `watches` has ended. Called once for each. */
      onEnded?(party: number, epoch: number, reason: EndReason): void;
      /** Nobody waits any more for the reply to this request, which the port has not given: it may stop working on it. */
      onWithdrawn?(requester: number, request: number): void;
      /** The VM is shutting down, or this incarnation has ended: release everything outside. */
      onClose?(): void;
    }
>;
/** One object type, so that the parameters of handlers are inferred. */
type Flat<T> = { [K in keyof T]: T[K] };
