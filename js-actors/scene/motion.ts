/** Which animations can be seen: one of a node that is out of sight does not change the picture. */
import type { Animations } from './animation.js';
import type { DisplayList } from './display-list.js';
import { ABSOLUTE, AUTOMATIC, effectOf, GROW, HEIGHT, LAYOUT, LAYOUT_ABSOLUTE, PLACES, SHRINK, WIDTH } from './properties.js';
import { NONE, type Tree } from './tree.js';

/** @returns whether a running or waiting animation moves something in the new list, or brings something into it */
export function showsMotion(tree: Tree, animations: Animations, displayList: DisplayList): boolean {
  if (animations.count === 0) return false;
  if (displayList.entering) return true;
  for (let i = 0; i < animations.count; i++) {
    if (displayList.hasWithin(tree, reachOf(tree, animations.nodeAt(i), animations.propertyAt(i)))) return true;
  }
  return false;
}

/**
 * @returns the node in whose subtree a change of the property can be seen: the node itself, or an ancestor whose layout moves its
 * children. When in doubt, the higher one.
 */
function reachOf(tree: Tree, node: number, property: number): number {
  if ((effectOf(property) & PLACES) === 0) return node;
  const resizes = property === WIDTH || property === HEIGHT || property === GROW || property === SHRINK;
  if (!resizes && !takesSizeFromContent(tree, node)) return node;
  let at = node;
  for (;;) {
    const parent = tree.parent[at];
    if (parent === NONE) return at;
    const flows = tree.value(parent, LAYOUT) !== LAYOUT_ABSOLUTE;
    if (flows && tree.value(at, ABSOLUTE) !== 0) return at;
    if (!takesSizeFromContent(tree, parent)) return flows ? parent : at;
    at = parent;
  }
}

function takesSizeFromContent(tree: Tree, node: number): boolean {
  return tree.value(node, WIDTH) === AUTOMATIC || tree.value(node, HEIGHT) === AUTOMATIC;
}
