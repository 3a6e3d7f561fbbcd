/**
 * The stack of layers, and where focus returns when one is closed. Numbers of nodes are reused: once the node to return to is
 * removed, focus returns to the node at its place.
 */
import type { FocusLayer } from '../../protocol/generated/focus.js';
import { FOCUS_LAYERS_MAX } from '../../protocol/messages/focus.js';
import { type Groups, NONE } from './groups.js';
import { type Outline, type Rectangle, ROOT } from './outline.js';

export class Layers {
  /** Bottom first. */
  all: FocusLayer[] = [];

  constructor(
    private readonly outline: Outline,
    private readonly groups: Groups,
  ) {}

  /** The group of the top layer: arrows stay in it. */
  top(): number {
    return this.all.length === 0 ? ROOT : this.all[this.all.length - 1].group;
  }

  /** The member by which the top layer is entered; 0 for none. */
  preferred(): number {
    return this.all.length === 0 ? NONE : this.all[this.all.length - 1].preferred;
  }

  /** @returns false when there is no new layer: the group has one, which gets the preferred member, or there are too many */
  push(group: number, preferred: number, returnTo: number): boolean {
    const index = this.indexOf(group);
    if (index >= 0) this.all[index].preferred = preferred;
    if (index >= 0 || this.all.length === FOCUS_LAYERS_MAX) return false;
    this.all.push({ group, preferred, returnTo, placed: false, placeGroup: ROOT, placeX: 0, placeY: 0 });
    return true;
  }

  /** @returns the layer if it was on top; else null. If it was further down, the layer above takes over where it returned to. */
  pop(group: number): FocusLayer | null {
    const index = this.indexOf(group);
    if (index < 0) return null;
    const layer = this.all[index];
    this.all.splice(index, 1);
    if (index === this.all.length) return layer;
    const above = this.all[index];
    above.returnTo = layer.returnTo;
    above.placed = layer.placed;
    above.placeGroup = layer.placeGroup;
    above.placeX = layer.placeX;
    above.placeY = layer.placeY;
    return null;
  }

  /** Ends all layers. @returns the lowest, which says where focus was before them; null when there is none */
  popAll(): FocusLayer | null {
    if (this.all.length === 0) return null;
    const lowest = this.all[0];
    this.all = [];
    return lowest;
  }

  /** The node to return to from a layer. If it was removed: the node at its place, else its neighbour; null when its group is empty. */
  returnOf(layer: FocusLayer): Rectangle | null {
    if (!layer.placed) return this.outline.rectangle(layer.returnTo);
    const heir = this.groups.heirAt(layer.placeGroup, layer.placeX, layer.placeY);
    return heir !== null ? heir : this.groups.neighbourOf(layer.placeGroup, layer.placeX, layer.placeY);
  }

  /** Makes the lowest layer above `target` return to it. */
  setReturn(target: Rectangle): void {
    for (let i = this.all.length - 1; i >= 0; i--) {
      const below = i === 0 ? ROOT : this.all[i - 1].group;
      if (this.outline.contains(below, target)) {
        this.all[i].returnTo = target.node;
        this.all[i].placed = false;
        return;
      }
    }
  }

  /** Like the same method of `Groups`. */
  notePlaces(): void {
    for (let i = 0; i < this.all.length; i++) {
      const layer = this.all[i];
      const node = this.outline.rectangle(layer.returnTo);
      if (node === null) continue;
      layer.placeGroup = node.group;
      layer.placeX = this.groups.acrossFrom(node.group, node);
      layer.placeY = this.groups.downFrom(node.group, node);
    }
  }

  /** Like the same method of `Groups`. */
  forgetGone(): void {
    for (let i = 0; i < this.all.length; i++) {
      const layer = this.all[i];
      if (layer.returnTo === NONE || this.outline.rectangle(layer.returnTo) !== null) continue;
      layer.returnTo = NONE;
      layer.placed = true;
    }
  }

  private indexOf(group: number): number {
    for (let i = 0; i < this.all.length; i++) {
      if (this.all[i].group === group) return i;
    }
    return -1;
  }
}
