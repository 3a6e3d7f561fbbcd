/** A debugger as a part of a server of one's own, by the parts of Node's types that it needs: whoever imports it need not have them. */
import type { Role } from './guard-role.js';

export interface LiveDebugger {
  /** Path and query with the token of a role: the page, or where an application connects. */
  addressOf(role: Role): string;
  /** Answers what is for the debugger. @returns false when it is for somebody else */
  answer(request: { readonly url?: string | undefined }, response: object): boolean;
  /** WebSockets of the server that are for the debugger. @param server of `node:http` or `node:https` */
  listenTo(server: { on(event: string, listener: (...values: never[]) => void): unknown }): void;
  /** Also ends what is on its way. */
  close(): Promise<void>;
}
