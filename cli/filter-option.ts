/** What `--filter` says, for all commands that have it. */
import { compileFilter, type MessageFilter } from '../trace/filter.js';
import type { Schemas } from '../trace/schemas.js';
import { UsageError } from './command.js';

/** @throws UsageError for what is no filter */
export function filterOf(text: string, schemas: Schemas): MessageFilter {
  try {
    return compileFilter(text, schemas);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
