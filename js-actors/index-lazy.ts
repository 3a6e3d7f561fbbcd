/**
 * The five actors in JavaScript, each in a file of its own that is loaded when the actor first runs in JavaScript: for a VM whose actors are most
 * often in Wasm. A file of its own, so that a bundler finds no other way to the actors.
 */
import type { ActorFactory } from '../actors/contract/instance.js';
import { lazyJavaScriptActorFactory } from '../actors/model/javascript-instance.js';
import { focus } from '../protocol/generated/focus.js';
import { history } from '../protocol/generated/history.js';
import { tandemParties } from '../protocol/generated/index.js';
import { metrics } from '../protocol/generated/metrics.js';
import { network } from '../protocol/generated/network.js';
import { scene } from '../protocol/generated/scene.js';

const makerOf =
  <A>(Class: new () => A) =>
  () =>
    new Class();

export const lazyJavaScriptActors: readonly ActorFactory[] = [
  lazyJavaScriptActorFactory(scene, async () => makerOf((await import('./scene.js')).Scene), tandemParties),
  lazyJavaScriptActorFactory(focus, async () => makerOf((await import('./focus.js')).Focus), tandemParties),
  lazyJavaScriptActorFactory(history, async () => makerOf((await import('./history.js')).History), tandemParties),
  lazyJavaScriptActorFactory(metrics, async () => makerOf((await import('./metrics.js')).Metrics), tandemParties),
  lazyJavaScriptActorFactory(network, async () => makerOf((await import('./network.js')).Network), tandemParties),
];
