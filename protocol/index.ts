/** Schemas of the five actors and the ports that come with the runtime, and what their messages are filled with. The public API of `tandem/protocol`. */

export { decodeDynamic, encodeDynamic } from './dynamic.js';
export {
  display,
  fetch,
  focus,
  history,
  input,
  metrics,
  network,
  overlay,
  page,
  scene,
  system,
  tandemParties,
  telemetry,
  timer,
} from './generated/index.js';
export { OVERLAY_NODES, SCENE_NODES_MAX, SCENE_PROPERTIES, type SceneProperty } from './messages/scene.js';
export { IMAGE_ITEM, TEXT_ITEM, VIEW_ITEM } from './ports/display.js';
