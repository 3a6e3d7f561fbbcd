/** The television as it is played again from a recording: `npx tandem replay` and its kin find it by package.json. */

import type { State } from 'tandem/actor';
import { javaScriptActors } from 'tandem/actors';
import { SCENE_PROPERTIES, type scene } from 'tandem/protocol';
import type { ReplayApplication } from 'tandem/replay';
import { actorSpecs, guestsAt, parties } from './application.js';

const NODE_TYPES = [null, 'view', 'image', 'text'];
const VALUE_BYTES = 8;

type SceneState = State<typeof scene>;

/** Nodes by their handles, with the properties that were set: the state has them in columns. */
function sceneView(state: SceneState): object {
  const { types, given, values, links, ...rest } = state;
  const [bits, set, relations] = [given, values, links].map(
    ({ buffer, byteOffset, byteLength }) => new DataView(buffer, byteOffset, byteLength),
  );
  const nodes: Record<number, object> = {};
  let at = 0;
  for (const [node, type] of types.entries()) {
    const properties: Record<string, number> = {};
    const has = node * 4 < given.length ? bits.getUint32(node * 4, true) : 0;
    for (const [index, name] of SCENE_PROPERTIES.entries()) {
      if ((has & (1 << index)) === 0) continue;
      properties[name] = set.getFloat64(at, true);
      at += VALUE_BYTES;
    }
    const parent = node * 4 < links.length ? relations.getInt32(node * 4, true) : -1;
    if (type !== 0) nodes[node] = { type: NODE_TYPES[type], parent, ...properties };
  }
  return { ...rest, nodes };
}

export const application: ReplayApplication = {
  parties,
  actors: actorSpecs(1),
  javascript: javaScriptActors,
  guests: guestsAt(new URL('../../wasm-actors/', import.meta.url)),
  views: { scene: sceneView },
};
