/**
 * Files that take long start first, so that none of them runs alone at the end while the other cores wait. Before them start those that need a
 * worker of their own: a worker that finds such a file next in the queue ends, and with it the runtime that it has loaded for all the others.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds on two cores, beside others, as `scripts/test-seconds.ts` writes them. Those that are not here are short; a name that is gone does no harm. */
const SECONDS = JSON.parse(readFileSync(join(import.meta.dirname, 'seconds.json'), 'utf8')) as Readonly<Record<string, number>>;

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const secondsOf = ({ moduleId }: TestSpecification): number => SECONDS[moduleId.slice(root.length + 1)] ?? 0;
    const ownWorker = ({ project }: TestSpecification): number => Number(project.config.isolate);
    return [...(await super.sort(files))].sort((a, b) => ownWorker(b) - ownWorker(a) || secondsOf(b) - secondsOf(a));
  }
}
