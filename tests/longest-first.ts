/**
 * Files that take long start first, so that none of them runs alone at the end while the other cores wait. Files that wait for browsers and
 * processes, and files that start threads, take turns.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Longest first, in seconds on two cores. Others take less than 8; a name that is gone does no harm. */
const SECONDS: Readonly<Record<string, number>> = {
  'tests/package/package.test.ts': 120,
  'tests/e2e/lesser-devices.test.ts': 70,
  'tests/package/plugins.test.ts': 85,
  'tests/e2e/crashes.test.ts': 60,
  'tests/host/hang.test.ts': 60,
  'tests/e2e/viewer.test.ts': 55,
  'tests/host/growth.test.ts': 50,
  'tests/tv/headless.test.ts': 45,
  'tests/protocol/fuzz.test.ts': 45,
  'tests/host/vm-loss.test.ts': 43,
  'tests/chaos/threads.test.ts': 40,
  'tests/e2e/place.test.ts': 36,
  'tests/runtime/floods.test.ts': 35,
  'tests/actors/scene.test.ts': 34,
  'tests/chaos/broken-runtime.test.ts': 32,
  'tests/runtime/move-steps.test.ts': 29,
  'tests/host/host.test.ts': 27,
  'tests/bench/bench.test.ts': 26,
  'tests/chaos/sim.test.ts': 26,
  'tests/e2e/devtools.test.ts': 24,
  'tests/package/new-actor.test.ts': 23,
  'tests/trace/unchanged.test.ts': 23,
  'tests/e2e/recording.test.ts': 21,
  'tests/host/sim.test.ts': 20,
  'tests/runtime/growth.test.ts': 20,
  'tests/runtime/vm-loss.test.ts': 20,
  'tests/bench/weight.test.ts': 18,
  'tests/actors/network.test.ts': 16,
  'tests/e2e/start.test.ts': 16,
  'tests/host/hostile-guests.test.ts': 16,
  'tests/actors/metrics.test.ts': 15,
  'tests/tv/killed.test.ts': 14,
  'tests/actors/history.test.ts': 13,
  'tests/actors/focus.test.ts': 12,
  'tests/host/guest-loading.test.ts': 12,
  'tests/trace/hostile-recordings.test.ts': 11,
  'tests/scripts/codegen.test.ts': 11,
  'tests/replay/chaos.test.ts': 10,
  'tests/runtime/hang.test.ts': 10,
  'tests/guest/traps.test.ts': 10,
  'tests/scripts/copied.test.ts': 9,
  'tests/runtime/trap-kinds.test.ts': 9,
  'tests/trace/hostile-runs.test.ts': 9,
  'tests/protocol/agreement.test.ts': 8,
  'tests/readme/readme.test.ts': 8,
  'tests/scripts/build-codecs.test.ts': 8,
  'tests/scripts/tools.test.ts': 8,
  'tests/tv/recorded-minute.test.ts': 8,
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { root } = this.ctx.config;
    const secondsOf = ({ moduleId }: TestSpecification): number => SECONDS[moduleId.slice(root.length + 1)] ?? 0;
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return [...(await super.sort(files))].sort((a, b) => groupOf(a) - groupOf(b) || secondsOf(b) - secondsOf(a));
  }
}
