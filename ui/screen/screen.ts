/**
 * The picture, for the application's own code: nodes, batches and focus, in words. What is changed between two `flush`es is one commit, which the
 * scene applies as a whole. The page keeps nodes by identity only, never a second tree with copied properties.
 *
 *   const screen = new Screen(port);            // a port that may send to scene and focus
 *   const button = view({ width: 210, height: 60, focusable: true, ring: { colour: '#ffd166' } });
 *   screen.add(row({ gap: 16, padding: 48 }, [button]));
 *   screen.focus(button);
 *   screen.flush();
 *
 * A restarted page holds its first commit back until its picture is complete. Until then the viewer sees the picture of the former
 * incarnation; then the new one replaces it in one frame, without animation.
 */
import type { BoundMessage } from '../../protocol/bind.js';
import type { Fields, InferFields, MessageOf } from '../../protocol/fields.js';
import { focus } from '../../protocol/generated/focus.js';
import { scene } from '../../protocol/generated/scene.js';
import { FOCUS_GROUPS_MAX, FOCUS_LAYERS_MAX } from '../../protocol/messages/focus.js';
import { SCENE_NODES_MAX } from '../../protocol/messages/scene.js';
import { Handles, type NodeHandle } from './handles.js';
import { type Movement, wireMovement } from './movement.js';
import { type AnimatedProperty, type Colour, type NodeProperties, type WireProperty, wireProperties, wireValue } from './properties.js';
import { ScreenError } from './screen-error.js';

export type NodeType = 'view' | 'image' | 'text';

/** How a node that has focus is marked. */
export interface Ring {
  /** Its colour then. */
  readonly colour: Colour;
  /** Its colour at other times: transparent when not given. */
  readonly rest?: Colour;
  /** How much larger it is then; 1 when not given. */
  readonly scale?: number;
  /** Time in which it grows and shrinks; 160 when not given. */
  readonly durationMs?: number;
}

export interface NodeOptions extends NodeProperties {
  readonly ring?: Ring;
}

/** What a node has as it is added. */
export interface NodeContents {
  readonly properties: readonly WireProperty[];
  /** The text, or the source of an image. */
  readonly string: string;
  readonly children: readonly SceneNode[];
}

/**
 * A node of the picture, for who makes it: what it is at first, and from then on its identity. Its properties and children are handed over as it is
 * added, since the scene alone keeps them.
 */
export class SceneNode {
  readonly ring: Ring | undefined;
  private contents: NodeContents | null;

  /** @throws ScreenError property, value */
  constructor(
    readonly type: NodeType,
    { ring, ...properties }: NodeOptions = {},
    { string = '', children = [] }: { readonly string?: string; readonly children?: readonly SceneNode[] } = {},
  ) {
    for (const colour of ring ? [ring.colour, ring.rest ?? 0] : []) wireValue('colour', colour);
    this.ring = ring;
    this.contents = { properties: wireProperties(properties), string, children };
  }

  /** The children that it is to have. @throws ScreenError present */
  get childrenToAdd(): readonly SceneNode[] {
    if (this.contents) return this.contents.children;
    throw new ScreenError('present', `a ${this.type} was added that is in the picture already, or was: make another`);
  }

  /** Gives what it has, once. For the screen to which it is added. @throws ScreenError present */
  take(): NodeContents {
    const contents = this.contents ?? { properties: [], string: '', children: this.childrenToAdd };
    this.contents = null;
    return contents;
  }

  /** Called when it is in the picture, with its children. */
  onAdded?(screen: Screen): void;
}

/** A port that may send to scene and focus. */
export interface ScreenPort {
  send<S extends Fields>(message: BoundMessage<S, 'scene' | 'focus'>, fields: InferFields<S>): void;
}

/** How focus enters and leaves a group. */
export interface GroupRules {
  /** Arrows that do not lead out of it; `none` when not given. */
  readonly trap?: 'none' | 'horizontal' | 'vertical' | 'both';
  /** Whether it is entered where focus was last; false when not given. */
  readonly remember?: boolean;
  /** A node or group in it that is entered when nothing is remembered; the nearest when not given. */
  readonly preferred?: SceneNode;
}

export interface Placing {
  /** The child of its parent before which it comes; the last when not given. */
  readonly before?: SceneNode;
  /** Set before its own properties. */
  readonly at?: Pick<NodeProperties, 'x' | 'y'>;
}

interface Place {
  readonly handle: NodeHandle;
  parent: SceneNode | null;
  readonly children: Set<SceneNode>;
}

type Commit = MessageOf<typeof scene, 'commit'>;
const emptyCommit = (): Commit => ({
  creates: [],
  inserts: [],
  sets: [],
  strings: [],
  animations: [],
  cancels: [],
  removes: [],
  replaces: false,
});
const isEmpty = (commit: Commit): boolean =>
  Object.values(commit).every((change) => (typeof change === 'boolean' ? !change : change.length === 0));

const RING_MS = 160;

export class Screen {
  /** What everything else is in. It is there from the beginning, and its size is that of the picture. */
  readonly root = new SceneNode('view');
  /** The parent of nodes that are added without one. */
  top: SceneNode = this.root;
  private commit = emptyCommit();
  private held = false;
  private readonly places = new Map<SceneNode, Place>([[this.root, { handle: 0, parent: null, children: new Set() }]]);
  private readonly byHandle = new Map<NodeHandle, SceneNode>([[0, this.root]]);
  /** Groups with rules. */
  private readonly groups = new Set<SceneNode>();
  /** Bottom first, each with the member by which it is entered. */
  private readonly layers = new Map<SceneNode, SceneNode | null>();
  private wished: SceneNode | null = null;
  private marked: SceneNode | null = null;

  /** @param handles numbers that its nodes have: all but those of an overlay when not given */
  constructor(
    private readonly port: ScreenPort,
    private readonly handles = new Handles(),
  ) {
    this.root.take();
  }

  /** Puts a node with its subtree into the picture. @throws ScreenError absent, present, nodes */
  add(node: SceneNode, parent: SceneNode = this.top, { before, at = {} }: Placing = {}): void {
    const count = countNew(node, new Set());
    if (count > this.handles.left) throw new ScreenError('nodes', `${count} more nodes are too many: a picture has ${SCENE_NODES_MAX}`);
    this.placeOf(parent);
    this.create(node, parent, this.nextOf(parent, before), at);
  }

  private create(node: SceneNode, parent: SceneNode, before: NodeHandle, at: NodeProperties): void {
    const { properties, string, children } = node.take();
    const { type } = node;
    const handle = this.handles.take();
    const { commit } = this;
    const above = this.placeOf(parent);
    commit.creates.push({ node: handle, type });
    commit.inserts.push({ parent: above.handle, node: handle, before });
    for (const { property, value } of [...wireProperties(at), ...properties]) commit.sets.push({ node: handle, property, value });
    if (type !== 'view') commit.strings.push({ node: handle, value: string });
    above.children.add(node);
    this.places.set(node, { handle, parent, children: new Set() });
    this.byHandle.set(handle, node);
    for (const child of children) this.create(child, node, 0, {});
    node.onAdded?.(this);
  }

  /** Handle of the child of a parent before which another is to come. @throws ScreenError absent */
  private nextOf(parent: SceneNode, before: SceneNode | undefined): NodeHandle {
    if (before === undefined) return 0;
    const place = this.placeOf(before);
    if (place.parent === parent) return place.handle;
    throw new ScreenError('absent', `this ${before.type} is no child of the node into which the other is to come before it`);
  }

  /** Moves a node with its subtree to another parent, or to another place in its own. @throws ScreenError absent, value */
  move(node: SceneNode, parent: SceneNode, before?: SceneNode): void {
    const place = this.placeOf(node);
    const above = this.placeOf(parent);
    for (let one: SceneNode | null = parent; one; one = this.placeOf(one).parent)
      if (one === node) throw new ScreenError('value', `this ${node.type} cannot be moved into itself`);
    if (place.parent === null) throw new ScreenError('value', 'the root of a picture stays');
    this.commit.inserts.push({ parent: above.handle, node: place.handle, before: this.nextOf(parent, before) });
    this.placeOf(place.parent).children.delete(node);
    place.parent = parent;
    above.children.add(node);
  }

  /** Whether the node is in the picture, or will be with the next flush. */
  has(node: SceneNode): boolean {
    return this.places.has(node);
  }

  /** The node of a handle, as messages name it. Undefined for one that is not, or no more, in the picture. */
  nodeOf(handle: NodeHandle): SceneNode | undefined {
    return this.byHandle.get(handle);
  }

  /** @throws ScreenError absent */
  handleOf(node: SceneNode): NodeHandle {
    return this.placeOf(node).handle;
  }

  /** In the order in which they were added. @throws ScreenError absent */
  childrenOf(node: SceneNode): readonly SceneNode[] {
    return [...this.placeOf(node).children];
  }

  private placeOf(node: SceneNode): Place {
    const place = this.places.get(node);
    if (place) return place;
    throw new ScreenError('absent', `this ${node.type} is not in the picture: it was not added, or was removed`);
  }

  /** @throws ScreenError absent, property, value */
  set(node: SceneNode, properties: NodeProperties): void {
    const handle = this.handleOf(node);
    for (const { property, value } of wireProperties(properties)) this.commit.sets.push({ node: handle, property, value });
  }

  /** Sets a text, or the source of an image. @throws ScreenError absent */
  write(node: SceneNode, string: string): void {
    this.commit.strings.push({ node: this.handleOf(node), value: string });
  }

  /** Moves a property to a value. A later movement of the same property replaces it. @throws ScreenError absent, property, value */
  animate(node: SceneNode, property: AnimatedProperty, to: number | Colour, movement: Movement): void {
    const handle = this.handleOf(node);
    const wire = wireMovement(property, to, movement);
    if (this.held) this.commit.sets.push({ node: handle, property, value: wire.to });
    else this.commit.animations.push({ node: handle, ...wire });
  }

  /** Ends a movement. @param leave whether its property stays as it is, or goes to where the movement would have ended @throws ScreenError absent */
  cancel(node: SceneNode, property: AnimatedProperty, leave: 'current' | 'end' = 'current'): void {
    this.commit.cancels.push({ node: this.handleOf(node), property, leave });
  }

  /** Removes a node with its subtree, the rules of its groups, and its layers. @throws ScreenError absent */
  remove(node: SceneNode): void {
    const { handle, parent } = this.placeOf(node);
    if (parent === null) throw new ScreenError('value', 'the root of a picture stays');
    this.commit.removes.push(handle);
    this.placeOf(parent).children.delete(node);
    this.drop(node);
  }

  private drop(node: SceneNode): void {
    const { handle, children } = this.placeOf(node);
    if (this.layers.has(node)) this.closeLayer(node);
    if (this.groups.delete(node)) this.port.send(focus.receives.forgetGroup, { group: handle });
    this.handles.leave(handle);
    this.byHandle.delete(handle);
    for (const child of children) this.drop(child);
    this.places.delete(node);
  }

  /** Sends what has changed since the last flush, as one commit. Nothing when nothing has, or while it is held. */
  flush(): void {
    if (this.held || isEmpty(this.commit)) return;
    this.port.send(scene.receives.commit, this.commit);
    this.commit = emptyCommit();
    this.handles.settle();
  }

  /** The next flush removes everything that a former incarnation has put into the scene. @param held no flush is sent before `release` */
  replaceAll(held: boolean): void {
    this.commit.replaces = true;
    this.held = held;
  }

  /** True while commits are held back. Animated properties then go straight to their end. */
  get still(): boolean {
    return this.held;
  }

  /** Sends the new picture first and focus after it, because a handle means another node from here on. */
  release(): void {
    if (!this.held) return;
    this.held = false;
    this.flush();
    // The former page may have left layers, whose numbers mean other nodes from here on.
    this.port.send(focus.receives.popLayer, { group: 0 });
    for (const [group, preferred] of this.layers) this.pushLayer(group, preferred);
    this.sendWish();
  }

  /** Asks for focus on a node or in a group; null withdraws the wish. It is granted once the node is on the screen. @throws ScreenError absent */
  focus(node: SceneNode | null): void {
    if (node) this.placeOf(node);
    this.wished = node;
    if (!this.held) this.sendWish();
  }

  private sendWish(): void {
    const node = this.wished ? (this.places.get(this.wished)?.handle ?? 0) : 0;
    this.port.send(focus.receives.focus, { node });
  }

  /** Gives a group its rules, which leave with it. @throws ScreenError absent, groups */
  setRules(group: SceneNode, { trap = 'none', remember = false, preferred }: GroupRules): void {
    const fields = { group: this.handleOf(group), trap, remember, preferred: preferred ? this.handleOf(preferred) : 0 };
    if (!this.groups.has(group) && this.groups.size === FOCUS_GROUPS_MAX)
      throw new ScreenError('groups', `more than ${FOCUS_GROUPS_MAX} groups have rules: remove some, or do without rules`);
    this.groups.add(group);
    this.port.send(focus.receives.configureGroup, fields);
  }

  /**
   * Makes a node a group that focus does not leave until `closeLayer`, as a dialog needs it.
   * @param preferred node in it that gets focus; the first when not given
   * @throws ScreenError absent, layers
   */
  openLayer(group: SceneNode, preferred: SceneNode | null = null): void {
    if (!this.layers.has(group) && this.layers.size === FOCUS_LAYERS_MAX)
      throw new ScreenError('layers', `more than ${FOCUS_LAYERS_MAX} layers are open: close one first`);
    if (preferred) this.placeOf(preferred);
    this.set(group, { focusGroup: true });
    this.layers.set(group, preferred);
    if (!this.held) this.pushLayer(group, preferred);
  }

  private pushLayer(group: SceneNode, preferred: SceneNode | null): void {
    const fields = { group: this.handleOf(group), preferred: preferred ? this.handleOf(preferred) : 0 };
    this.port.send(focus.receives.pushLayer, fields);
  }

  /** Focus returns to where it was when the layer was opened. Its node stays. Nothing when it is not open. */
  closeLayer(group: SceneNode): void {
    if (this.layers.delete(group) && !this.held) this.port.send(focus.receives.popLayer, { group: this.handleOf(group) });
  }

  /** Moves the ring: the node that had it looks as before, and this one has it from now on. Only nodes with a `ring` change. */
  mark(node: SceneNode | null): void {
    const former = this.marked;
    if (node === former) return;
    this.marked = node;
    if (former?.ring && this.has(former)) this.show(former, former.ring.rest ?? 0, 1);
    if (node?.ring) this.show(node, node.ring.colour, node.ring.scale ?? 1);
  }

  private show(node: SceneNode, colour: Colour, scale: number): void {
    const { ring } = node;
    this.set(node, { colour });
    if (ring?.scale !== undefined) this.animate(node, 'scale', scale, { durationMs: ring.durationMs ?? RING_MS });
  }
}

/** @throws ScreenError present for a node that was added already, or is twice in its tree */
function countNew(node: SceneNode, seen: Set<SceneNode>): number {
  if (seen.has(node)) throw new ScreenError('present', `a ${node.type} is twice in what is added: make another`);
  seen.add(node);
  return node.childrenToAdd.reduce((count, child) => count + countNew(child, seen), 1);
}
