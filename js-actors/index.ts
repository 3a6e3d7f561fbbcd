/** The five actors in JavaScript, as a VM starts them. */
import type { ActorFactory } from '../actors/contract/instance.js';
import { javaScriptActorFactory } from '../actors/model/javascript-instance.js';
import { focus } from '../protocol/generated/focus.js';
import { history } from '../protocol/generated/history.js';
import { tandemParties } from '../protocol/generated/index.js';
import { metrics } from '../protocol/generated/metrics.js';
import { network } from '../protocol/generated/network.js';
import { scene } from '../protocol/generated/scene.js';
import { Focus } from './focus.js';
import { History } from './history.js';
import { Metrics } from './metrics.js';
import { Network } from './network.js';
import { Scene } from './scene.js';

export const javaScriptActors: readonly ActorFactory[] = [
  javaScriptActorFactory(scene, () => new Scene(), tandemParties),
  javaScriptActorFactory(focus, () => new Focus(), tandemParties),
  javaScriptActorFactory(history, () => new History(), tandemParties),
  javaScriptActorFactory(metrics, () => new Metrics(), tandemParties),
  javaScriptActorFactory(network, () => new Network(), tandemParties),
];

export { Focus, History, Metrics, Network, Scene };
