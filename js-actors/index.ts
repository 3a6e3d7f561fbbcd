/** The five actors in JavaScript, as a VM starts them. */
import type { ActorFactory } from '../actors/contract/instance.js';
import { javaScriptActorFactory } from '../actors/model/javascript-instance.js';
import { display } from '../protocol/generated/display.js';
import { fetch } from '../protocol/generated/fetch.js';
import { focus } from '../protocol/generated/focus.js';
import { history } from '../protocol/generated/history.js';
import { tandemParties } from '../protocol/generated/index.js';
import { input } from '../protocol/generated/input.js';
import { metrics } from '../protocol/generated/metrics.js';
import { network } from '../protocol/generated/network.js';
import { overlay } from '../protocol/generated/overlay.js';
import { page } from '../protocol/generated/page.js';
import { scene } from '../protocol/generated/scene.js';
import { telemetry } from '../protocol/generated/telemetry.js';
import { timer } from '../protocol/generated/timer.js';
import { Focus } from './focus.js';
import { History } from './history.js';
import { Metrics } from './metrics.js';
import { Network } from './network.js';
import { Scene } from './scene.js';

export const javaScriptActors: readonly ActorFactory[] = [
  /* @__PURE__ */ javaScriptActorFactory(scene, () => new Scene(), tandemParties),
  /* @__PURE__ */ javaScriptActorFactory(focus, () => new Focus(), tandemParties),
  /* @__PURE__ */ javaScriptActorFactory(history, () => new History(), tandemParties),
  /* @__PURE__ */ javaScriptActorFactory(metrics, () => new Metrics(), tandemParties),
  /* @__PURE__ */ javaScriptActorFactory(network, () => new Network(), tandemParties),
];

/** The five actors in JavaScript, for the definition of an application: `{ actors: [...tandemActors, ...], ports: tandemPorts }`. */
export const tandemActors = [
  { schema: scene, create: () => new Scene() },
  { schema: focus, create: () => new Focus() },
  { schema: history, create: () => new History() },
  { schema: metrics, create: () => new Metrics() },
  { schema: network, create: () => new Network() },
] as const;

/** The ports that the five actors speak to. An application opens those that it needs. */
export const tandemPorts = [display, input, page, fetch, timer, telemetry, overlay] as const;

export { lazyJavaScriptActors } from './index-lazy.js';
export { Focus, History, Metrics, Network, Scene };
