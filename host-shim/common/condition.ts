/** The condition of a breakpoint is an expression that a developer writes, as in any debugger. */
import { BreakpointError, type Condition } from '../../actors/contract/breakpoint.js';

/** @throws BreakpointError `condition` */
export function conditionOf(text: string): Condition {
  try {
    return new Function('message', 'source', 'kind', `return (${text}\n);`) as Condition;
  } catch (cause) {
    throw new BreakpointError('condition', `the condition ${text} cannot be evaluated: ${(cause as Error).message}`, { cause });
  }
}
