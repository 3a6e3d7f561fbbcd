/** Everything that `npm run bench` measures, and the aim of each figure. */
import type { CodecFigures } from './codec.js';
import type { Footprint } from './footprint.js';
import type { MessageFigures } from './messages.js';
import type { RecoveryFigures } from './recovery.js';
import type { RecoveryCostFigures } from './recovery-cost.js';
import type { ScenePair } from './scene.js';
import type { TracingFigures } from './tracing.js';
import type { VmLossFigures } from './vm-loss.js';

export interface Measured {
  readonly messages: MessageFigures;
  readonly tracing: TracingFigures;
  readonly recoveryCost: RecoveryCostFigures;
  readonly codec: CodecFigures;
  readonly recovery: RecoveryFigures;
  readonly vmLoss: VmLossFigures;
  readonly footprint: Footprint;
  readonly scene: { readonly jit: ScenePair; readonly noJit: ScenePair };
}

/** A figure, its aim if it has one, and the measurements from which it comes. */
export interface Line {
  readonly name: string;
  readonly figure: number;
  readonly unit: string;
  readonly aim?: { readonly least: number } | { readonly most: number };
  readonly detail: string;
}

const millions = (perSecond: number): string => `${(perSecond / 1e6).toFixed(2)} M/s`;
const micros = (value: number): string => `${value.toFixed(0)} us`;
const ms = (value: number): string => `${value < 10 ? value.toPrecision(3) : value.toFixed(0)} ms`;

const costDetail = ({ shares, busySamples }: RecoveryCostFigures): string =>
  `${shares.map((share) => share.toFixed(2)).join(' and ')} by thread, in ${busySamples} samples`;

/** What is left of the throughput of an untraced system may be so much less. */
const TRACED_LEAST = { headers: 0.97, frames: 0.9, recording: 0.9 } as const;

const tracingLines = ({ perSecond, throughput, roundTripMicros, roundTrip }: TracingFigures): readonly Line[] =>
  (['headers', 'frames', 'recording'] as const).flatMap((way): readonly Line[] => [
    {
      name: `throughputAt.${way}`,
      figure: throughput[way],
      unit: 'share',
      aim: { least: TRACED_LEAST[way] },
      detail: `${millions(perSecond[way])}, untraced ${millions(perSecond.off)}`,
    },
    {
      name: `roundTripAt.${way}`,
      figure: roundTrip[way],
      unit: 'times',
      detail: `${micros(roundTripMicros[way])}, untraced ${micros(roundTripMicros.off)}`,
    },
  ]);

export function linesOf({ messages, tracing, recoveryCost, codec, recovery, vmLoss, footprint, scene }: Measured): readonly Line[] {
  const { busPerSecond, callsPerSecond, objectsPerSecond, roundTripMicros, postMessageRoundTripMicros } = messages;
  const { recoveryMs, newWorkerMs } = recovery;
  const codecDetail = (rows: CodecFigures['encode']) => {
    const ranges = rows.map(({ vsObjects }) => vsObjects);
    return `${Math.min(...ranges).toFixed(1)} to ${Math.max(...ranges).toFixed(1)} by message`;
  };
  const sceneDetail = (pair: ScenePair) => `Wasm ${ms(pair.wasmMs)}, JS ${ms(pair.jsMs)} a frame`;
  return [
    {
      name: 'busVsComlink',
      figure: messages.busVsComlink,
      unit: 'times',
      aim: { least: 20 },
      detail: `${millions(busPerSecond)}, Comlink ${millions(callsPerSecond)}`,
    },
    {
      name: 'busVsPostMessage',
      figure: messages.busVsPostMessage,
      unit: 'times',
      aim: { least: 4 },
      detail: `${millions(busPerSecond)}, postMessage ${millions(objectsPerSecond)}`,
    },
    {
      name: 'roundTripVsPostMessage',
      figure: messages.roundTripVsPostMessage,
      unit: 'times',
      aim: { most: 1.5 },
      detail: `${micros(roundTripMicros)}, postMessage ${micros(postMessageRoundTripMicros)}`,
    },
    {
      name: 'recoveryCost',
      figure: recoveryCost.recoveryCost,
      unit: 'share',
      aim: { most: 0.15 },
      detail: costDetail(recoveryCost),
    },
    ...tracingLines(tracing),
    { name: 'encodeVsMsgpack', figure: codec.encodeVsMsgpack, unit: 'times', aim: { least: 4 }, detail: codecDetail(codec.encode) },
    { name: 'decodeVsMsgpack', figure: codec.decodeVsMsgpack, unit: 'times', aim: { least: 4 }, detail: codecDetail(codec.decode) },
    {
      name: 'recoveryMs.p50',
      figure: recoveryMs.p50,
      unit: 'ms',
      aim: { most: 1 },
      detail: `new worker and screen ${ms(newWorkerMs.p50)}`,
    },
    {
      name: 'recoveryMs.p99',
      figure: recoveryMs.p99,
      unit: 'ms',
      aim: { most: 16 },
      detail: `new worker and screen ${ms(newWorkerMs.p99)}`,
    },
    { name: 'vmLossMs.p50', figure: vmLoss.vmLossMs.p50, unit: 'ms', aim: { most: 50 }, detail: 'from the notice to the next picture' },
    { name: 'vmLossMs.p99', figure: vmLoss.vmLossMs.p99, unit: 'ms', detail: 'from the notice to the next picture' },
    {
      name: 'wasmBrotliBytes',
      figure: footprint.wasmBrotliBytes,
      unit: 'bytes',
      aim: { most: 60_000 },
      detail: footprint.modules.map(({ name, brotliBytes }) => `${name} ${brotliBytes}`).join(', '),
    },
    {
      name: 'wasmMemoryBytes',
      figure: recovery.wasmMemoryBytes,
      unit: 'bytes',
      aim: { most: 7_500_000 },
      detail: 'five actors, 2,000 nodes',
    },
    { name: 'sceneWasmVsJs', figure: scene.jit.ratio, unit: 'times', detail: sceneDetail(scene.jit) },
    { name: 'sceneWasmVsJsNoJit', figure: scene.noJit.ratio, unit: 'times', detail: sceneDetail(scene.noJit) },
  ];
}

export const isMet = ({ figure, aim }: Line): boolean => !aim || ('least' in aim ? figure >= aim.least : figure <= aim.most);

/** One flat object: the figures by name, and their measurements under `measured`. */
export function toJson(measured: Measured): Record<string, unknown> {
  const { messages, tracing, recoveryCost, codec, recovery, vmLoss, footprint, scene } = measured;
  return {
    busVsComlink: messages.busVsComlink,
    busVsPostMessage: messages.busVsPostMessage,
    roundTripVsPostMessage: messages.roundTripVsPostMessage,
    throughputAt: tracing.throughput,
    roundTripAt: tracing.roundTrip,
    recoveryCost: recoveryCost.recoveryCost,
    encodeVsMsgpack: codec.encodeVsMsgpack,
    decodeVsMsgpack: codec.decodeVsMsgpack,
    recoveryMs: recovery.recoveryMs,
    vmLossMs: vmLoss.vmLossMs,
    wasmBrotliBytes: footprint.wasmBrotliBytes,
    wasmMemoryBytes: recovery.wasmMemoryBytes,
    sceneWasmVsJs: scene.jit.ratio,
    sceneWasmVsJsNoJit: scene.noJit.ratio,
    measured,
  };
}
