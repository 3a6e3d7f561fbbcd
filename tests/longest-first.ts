/** Files that take long start first, so that none of them runs alone at the end while the other cores wait. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds on two cores, beside others, as `scripts/test-seconds.ts` writes them. Those that are not here are short; a name that is gone does no harm. */
const SECONDS = JSON.parse(readFileSync(join(import.meta.dirname, 'seconds.json'), 'utf8')) as Readonly<Record<string, number>>;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const secondsOf = ({ moduleId }: TestSpecification): number => SECONDS[moduleId.slice(root.length + 1)] ?? 0;
    return [...(await super.sort(files))].sort((a, b) => secondsOf(b) - secondsOf(a));
  }
}
