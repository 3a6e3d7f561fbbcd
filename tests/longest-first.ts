/** Files that take long start first, so that none of them runs alone at the end while the other cores wait. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first, in seconds on two cores, beside others. Those that are not here take less than 6; a name that is gone does no harm. */
const SECONDS: Readonly<Record<string, number>> = {
  'tests/package/package.test.ts': 412,
  'tests/package/plugins.test.ts': 385,
  'tests/e2e/lesser-devices.test.ts': 121,
  'tests/host/vm-loss.test.ts': 120,
  'tests/examples/examples.test.ts': 119,
  'tests/host/hang.test.ts': 112,
  'tests/e2e/start.test.ts': 92,
  'tests/e2e/crashes.test.ts': 75,
  'tests/e2e/viewer.test.ts': 72,
  'tests/host/growth.test.ts': 66,
  'tests/tv/headless.test.ts': 65,
  'tests/chaos/threads.test.ts': 59,
  'tests/package/new-actor.test.ts': 49,
  'tests/e2e/place.test.ts': 49,
  'tests/protocol/fuzz.test.ts': 45,
  'tests/host/host.test.ts': 41,
  'tests/runtime/growth.test.ts': 40,
  'tests/bench/bench.test.ts': 36,
  'tests/e2e/recording.test.ts': 34,
  'tests/e2e/devtools.test.ts': 30,
  'tests/e2e/debugger-page.test.ts': 29,
  'tests/chaos/broken-runtime.test.ts': 27,
  'tests/bench/weight.test.ts': 26,
  'tests/chaos/sim.test.ts': 25,
  'tests/trace/unchanged.test.ts': 24,
  'tests/actors/scene.test.ts': 23,
  'tests/runtime/floods.test.ts': 22,
  'tests/scripts/codegen.test.ts': 21,
  'tests/replay/replay.test.ts': 21,
  'tests/host/hostile-guests.test.ts': 20,
  'tests/scripts/copied.test.ts': 20,
  'tests/actors/network.test.ts': 20,
  'tests/e2e/debugger-live.test.ts': 18,
  'tests/actors/focus.test.ts': 18,
  'tests/actors/history.test.ts': 17,
  'tests/host/floods.test.ts': 16,
  'tests/tv/played-again.test.ts': 16,
  'tests/tv/killed.test.ts': 15,
  'tests/actors/metrics.test.ts': 15,
  'tests/trace/hostile-recordings.test.ts': 14,
  'tests/tv/page-loss.test.ts': 13,
  'tests/scripts/build-codecs.test.ts': 13,
  'tests/runtime/move-steps.test.ts': 13,
  'tests/host/guest-loading.test.ts': 12,
  'tests/reference/reference.test.ts': 12,
  'tests/readme/readme.test.ts': 11,
  'tests/host/sim.test.ts': 11,
  'tests/scripts/tools.test.ts': 10,
  'tests/debugging/node.test.ts': 10,
  'tests/host/move.test.ts': 9,
  'tests/e2e/developer.test.ts': 9,
  'tests/trace/hostile-runs.test.ts': 9,
  'tests/runtime/vm-loss.test.ts': 9,
  'tests/replay/chaos.test.ts': 9,
  'tests/persistence/storage-faults.test.ts': 9,
  'tests/scripts/builds.test.ts': 8,
  'tests/trace/flood-recorded.test.ts': 8,
  'tests/runtime/move.test.ts': 8,
  'tests/bus/link-threads.test.ts': 7,
  'tests/tv/recorded-minute.test.ts': 7,
  'tests/trace/gaps.test.ts': 7,
  'tests/runtime/recovery.test.ts': 6,
  'tests/runtime/hang.test.ts': 6,
};

/**
 * Projects in the order in which they begin. Files of one are side by side, since a worker that goes on to another project starts anew. Those
 * with the shortest files come last: they fill what is left.
 */
const PROJECTS = ['outside', 'counting', 'threads', 'node'];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const secondsOf = ({ moduleId }: TestSpecification): number => SECONDS[moduleId.slice(root.length + 1)] ?? 0;
    const rankOf = ({ project }: TestSpecification): number => PROJECTS.indexOf(project.name);
    return [...(await super.sort(files))].sort((a, b) => rankOf(a) - rankOf(b) || secondsOf(b) - secondsOf(a));
  }
}
