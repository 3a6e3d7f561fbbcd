/**
 * The application for the benchmarks of messages: sender and pacer in the JavaScript VM, receiver in the Wasm VM, stopwatch in the host's.
 *
 *   stopwatch --start--> sender --expect, sample, sample ...--> receiver --finished--> stopwatch
 *   stopwatch --pace--> pacer --echo--> receiver --reply--> pacer ... --paced--> stopwatch
 */

import type { ActorSpec } from '../actors/application/system.js';
import { Actor, type Handlers } from '../actors/model/actor.js';
import { javaScriptActorFactory } from '../actors/model/javascript-instance.js';
import type { Vm } from '../actors/vm/vm.js';
import type { VmDefinition } from '../host-shim/common/definition.js';
import type { BoundParty } from '../protocol/bind.js';
import type { MessageOf, StateOf } from '../protocol/fields.js';
import { tandemParties } from '../protocol/generated/index.js';
import { parties as ownParties, pacer, receiver, sender, stopwatch } from './protocol/generated/index.js';
import { sampleAt } from './sample.js';

export const parties: readonly BoundParty[] = [...tandemParties, ...ownParties];

/** Samples that one handler emits: as many as the changes in the commit of a busy frame. */
const BURST_SAMPLES = 512;

class Sender extends Actor<typeof sender> implements Handlers<typeof sender> {
  private state: StateOf<typeof sender> = { left: 0, node: 0 };
  constructor() {
    super(sender);
  }
  onStart({ samples }: MessageOf<typeof sender, 'start'>): void {
    this.state = { left: samples, node: 0 };
    this.send(receiver.receives.expect, { samples });
    this.onMore();
  }
  onMore(): void {
    const { state } = this;
    const burst = Math.min(state.left, BURST_SAMPLES);
    for (let i = 0; i < burst; i++) this.send(receiver.receives.sample, sampleAt(state.node++));
    state.left -= burst;
    if (state.left > 0) this.send(sender.receives.more, {});
  }
  snapshot(): StateOf<typeof sender> {
    return this.state;
  }
  restore(state: StateOf<typeof sender>): void {
    this.state = state;
  }
}

function openPacer(vm: Vm): void {
  const port = vm.openPort<typeof pacer>(pacer, {
    onPace({ rounds }) {
      void pace(rounds);
    },
  });
  const pace = async (rounds: number) => {
    const roundsMs: number[] = [];
    for (let value = 0; value < rounds; value++) {
      const started = performance.now();
      const reply = await port.request(receiver.receives.echo, { value });
      if (reply.value !== value) throw new Error(`echo of ${value} was ${reply.value}`);
      roundsMs.push(performance.now() - started);
    }
    port.send(stopwatch.receives.paced, { roundsMs });
  };
}

export const jsDefinition: VmDefinition = {
  parties,
  actors: [javaScriptActorFactory(sender, () => new Sender(), parties)],
  ports: openPacer,
};

/** @param base folder of the benchmarks' built module */
export const wasmDefinition = (base: URL): VmDefinition => ({
  parties,
  guests: [{ schema: receiver, module: new URL('receiver.wasm', base), sourceMap: new URL('receiver.wasm.map', base) }],
});

export const actorSpecs: readonly ActorSpec[] = [
  { schema: sender, twins: { js: true, wasm: false } },
  { schema: receiver, twins: { js: false, wasm: true } },
];
