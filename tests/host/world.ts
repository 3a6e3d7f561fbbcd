/**
 * A small application for the hosts' tests: relay in the JavaScript VM and mirror in the Wasm VM play ball, ebb and tide in the same VMs flood each
 * other, desk is application code in the JavaScript VM, and probe observes from the host.
 */
import { Actor, type Handlers } from '../../actors/model/actor.js';
import { javaScriptActorFactory } from '../../actors/model/javascript-instance.js';
import type { Vm } from '../../actors/vm/vm.js';
import type { Guest, VmDefinition } from '../../host-shim/common/definition.js';
import type { BoundParty } from '../../protocol/bind.js';
import type { MessageOf, StateOf } from '../../protocol/fields.js';
import { timer } from '../../protocol/generated/timer.js';
import { desk, ebb, mirror, parties as ownParties, probe, relay, tide } from './protocol/generated/index.js';

export const parties: readonly BoundParty[] = [timer, ...ownParties];

/** Balls in the air at once: several batches of small ones, or nearly as many bytes as one handler may emit. */
const BALLS_MAX = 500;
const BALL_BYTES_MAX = 3 << 20;

// Loops, since a function for each byte is most of what these games cost.
function isBall(ball: Uint8Array, round: number, bytes: number): boolean {
  if (ball.length !== bytes) return false;
  for (let index = 0; index < bytes; index++) if (ball[index] !== ((round + index) & 0xff)) return false;
  return true;
}

function ballOf(round: number, bytes: number): Uint8Array {
  const ball = new Uint8Array(bytes);
  for (let index = 0; index < bytes; index++) ball[index] = round + index;
  return ball;
}

/** For `toil`: never returns. */
export const FOR_EVER = 0xffff_ffff;

/** For `toil`: ends its thread, where a thread can end itself. */
export const TO_THE_END = 0xffff_fffe;

/** For `toil`: allocates until there is no memory left. */
export const TO_THE_BRIM = 0xffff_fffd;

function fill(): never {
  for (const kept: number[][] = []; ; ) kept.push(new Array(1_000_000).fill(kept.length));
}

/** Blocks its thread, as a loop does, and leaves the processor to other threads; `System.hang` loops. Throws in a page, which may not wait. */
const stall = (milliseconds = Number.POSITIVE_INFINITY) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

function toil(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  try {
    stall(milliseconds);
  } catch {
    while (performance.now() < until);
  }
}

class Relay extends Actor<typeof relay> implements Handlers<typeof relay> {
  private state: StateOf<typeof relay> = { rounds: 0, bytes: 0, next: 0, returned: 0, wrong: 0 };
  constructor() {
    super(relay);
  }
  onStart({ rounds, bytes }: MessageOf<typeof relay, 'start'>): void {
    this.state = { rounds, bytes, next: 0, returned: 0, wrong: 0 };
    while (this.state.next < Math.min(rounds, BALLS_MAX, Math.floor(BALL_BYTES_MAX / bytes))) this.throwBall();
  }
  onReturned({ round, ball }: MessageOf<typeof relay, 'returned'>): void {
    const { state } = this;
    if (round !== state.returned || !isBall(ball, round, state.bytes)) state.wrong++;
    state.returned++;
    if (state.next < state.rounds) this.throwBall();
    if (state.returned === state.rounds) this.send(probe.receives.finished, { rounds: state.returned, wrong: state.wrong });
  }
  onWait({ delayMs }: MessageOf<typeof relay, 'wait'>): void {
    this.startTimer(1, delayMs);
  }
  onToil({ milliseconds }: MessageOf<typeof relay, 'toil'>): void {
    if (milliseconds === FOR_EVER) stall();
    if (milliseconds === TO_THE_BRIM) fill();
    if (milliseconds === TO_THE_END) (globalThis as unknown as { process: { exit(code: number): never } }).process.exit(0);
    toil(milliseconds);
  }
  override onTimer(): void {
    this.send(probe.receives.woken, {});
  }
  snapshot(): StateOf<typeof relay> {
    return this.state;
  }
  restore(state: StateOf<typeof relay>): void {
    this.state = state;
  }
  private throwBall(): void {
    const round = this.state.next++;
    this.send(mirror.receives.thrown, { round, ball: ballOf(round, this.state.bytes) });
  }
}

class Mirror extends Actor<typeof mirror> implements Handlers<typeof mirror> {
  private balls = 0;
  constructor() {
    super(mirror);
  }
  onThrown({ round, ball }: MessageOf<typeof mirror, 'thrown'>): void {
    this.balls++;
    this.send(relay.receives.returned, { round, ball });
  }
  onShatter(): void {
    throw new Error('broken');
  }
  snapshot(): StateOf<typeof mirror> {
    return { balls: this.balls };
  }
  restore({ balls }: StateOf<typeof mirror>): void {
    this.balls = balls;
  }
}

class Ebb extends Actor<typeof ebb> implements Handlers<typeof ebb> {
  private waves = 0;
  constructor() {
    super(ebb);
  }
  onStart({ height, water }: MessageOf<typeof ebb, 'start'>): void {
    this.send(tide.receives.wave, { height, water });
    this.answer(height, water);
  }
  onWave({ height, water }: MessageOf<typeof ebb, 'wave'>): void {
    this.waves++;
    this.answer(height, water);
  }
  snapshot(): StateOf<typeof ebb> {
    return { waves: this.waves };
  }
  restore({ waves }: StateOf<typeof ebb>): void {
    this.waves = waves;
  }
  private answer(height: number, water: Uint8Array): void {
    for (let i = 0; height > 0 && i < 2; i++) this.send(tide.receives.wave, { height: height - 1, water });
  }
}

class Tide extends Actor<typeof tide> implements Handlers<typeof tide> {
  private waves = 0;
  constructor() {
    super(tide);
  }
  onWave({ height, water }: MessageOf<typeof tide, 'wave'>): void {
    this.waves++;
    for (let i = 0; height > 0 && i < 2; i++) this.send(ebb.receives.wave, { height: height - 1, water });
  }
  snapshot(): StateOf<typeof tide> {
    return { waves: this.waves };
  }
  restore({ waves }: StateOf<typeof tide>): void {
    this.waves = waves;
  }
}

const tideFactory = javaScriptActorFactory(tide, () => new Tide(), parties);
const relayFactory = javaScriptActorFactory(relay, () => new Relay(), parties);
const actors = [
  relayFactory,
  javaScriptActorFactory(mirror, () => new Mirror(), parties),
  javaScriptActorFactory(ebb, () => new Ebb(), parties),
  tideFactory,
];

function openDesk(vm: Vm): void {
  vm.openSupervisedPort<typeof desk>(desk, (port) => {
    let asked = 0;
    return {
      onToil({ later, passesAs }, incoming) {
        const stalls = port.epoch < passesAs;
        if (stalls && !later) stall();
        port.reply(incoming, desk.receives.toil, { epoch: port.epoch });
        if (stalls) setTimeout(stall);
      },
      onAsk({ keep }, incoming) {
        asked++;
        if (!keep) port.reply(incoming, desk.receives.ask, { asked });
      },
    };
  });
}

export const jsDefinition: VmDefinition = { parties, actors, ports: openDesk };

/** Has the built guest where there is WebAssembly, else no mirror. Tide and relay are in JavaScript, because only the thread matters. */
export const wasmDefinition = (module: URL): VmDefinition => ({
  parties,
  actors: [tideFactory, relayFactory],
  guests: [guestAt(module)],
});

const guestAt = (module: URL): Guest => ({ schema: mirror, module, sourceMap: new URL(`${module.href}.map`) });
