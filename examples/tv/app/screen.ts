/**
 * Host nodes: integer handles and batched commands. The page keeps handles only, never a second tree with copied properties.
 * All commands between two `flush`es are sent as one commit, which the scene applies as a whole.
 *
 * A restarted page holds its first commit back until its picture is complete. Until then the viewer sees the picture of the former
 * incarnation; then the new one replaces it in one frame, without animation.
 */
import type { Message } from 'tandem/actor';
import { SCENE_NODES_MAX, type SceneProperty, type scene } from 'tandem/protocol';

export type Commit = Message<typeof scene, 'commit'>;
export type NodeHandle = number;
export type Properties = Partial<Record<SceneProperty, number>>;

/** The root of the scene. */
export const ROOT: NodeHandle = 0;

export interface Movement {
  readonly durationMs: number;
  readonly delayMs?: number;
  /** Control points of a CSS cubic-bezier. */
  readonly easing?: readonly [number, number, number, number];
  readonly from?: number;
  /** Number of repetitions; -1 for endless. */
  readonly repeat?: number;
}

/**
 * Freed handles that are kept back before the oldest is reused, because keys and requests that name the former node may be on their
 * way for a frame or two. As many as the cards of three rails.
 */
const HANDLES_AT_REST = 256;
const EASE_OUT = [0.2, 0.7, 0.2, 1] as const;
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

export class Screen {
  private commit = emptyCommit();
  private held = false;
  private next = 1;
  /** Handles that the scene has freed, oldest first. */
  private free: NodeHandle[] = [];
  private leaving: NodeHandle[] = [];
  /** Children of each node, so that removing a node frees the handles of its subtree. */
  private readonly children = new Map<NodeHandle, Set<NodeHandle>>();
  private readonly parents = new Map<NodeHandle, NodeHandle>();

  constructor(private readonly send: (commit: Commit) => void) {}

  view(parent: NodeHandle, properties: Properties): NodeHandle {
    return this.create('view', parent, properties);
  }

  image(parent: NodeHandle, source: string, properties: Properties): NodeHandle {
    const node = this.create('image', parent, properties);
    this.string(node, source);
    return node;
  }

  text(parent: NodeHandle, text: string, properties: Properties): NodeHandle {
    const node = this.create('text', parent, properties);
    this.string(node, text);
    return node;
  }

  set(node: NodeHandle, properties: Properties): void {
    for (const [property, value] of Object.entries(properties)) this.commit.sets.push({ node, property: property as SceneProperty, value });
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

  release(): void {
    this.held = false;
    this.flush();
  }

  /** Sets the text of a text node or the source of an image. */
  string(node: NodeHandle, value: string): void {
    this.commit.strings.push({ node, value });
  }

  animate(
    node: NodeHandle,
    property: SceneProperty,
    to: number,
    { durationMs, delayMs = 0, easing = EASE_OUT, from, repeat = 0 }: Movement,
  ): void {
    if (this.held) {
      this.set(node, { [property]: to });
      return;
    }
    const [x1, y1, x2, y2] = easing;
    this.commit.animations.push({ node, property, from: from ?? null, to, durationMs, delayMs, x1, y1, x2, y2, repeat });
  }

  /** Removes a node with its subtree. The handles are reused some time after the next flush. */
  remove(node: NodeHandle): void {
    this.commit.removes.push(node);
    this.children.get(this.parents.get(node) ?? ROOT)?.delete(node);
    this.forget(node);
  }

  flush(): void {
    if (this.held || isEmpty(this.commit)) return;
    this.send(this.commit);
    this.commit = emptyCommit();
    this.free.push(...this.leaving);
    this.leaving = [];
  }

  private create(type: 'view' | 'image' | 'text', parent: NodeHandle, properties: Properties): NodeHandle {
    const node = this.newHandle();
    if (node >= SCENE_NODES_MAX) throw new RangeError(`more than ${SCENE_NODES_MAX} nodes`);
    this.commit.creates.push({ node, type });
    this.commit.inserts.push({ parent, node, before: 0 });
    this.set(node, properties);
    this.parents.set(node, parent);
    const siblings = this.children.get(parent);
    if (siblings) siblings.add(node);
    else this.children.set(parent, new Set([node]));
    return node;
  }

  private newHandle(): NodeHandle {
    const isRested = this.free.length > HANDLES_AT_REST || this.next === SCENE_NODES_MAX;
    return (isRested ? this.free.shift() : undefined) ?? this.next++;
  }

  private forget(node: NodeHandle): void {
    this.leaving.push(node);
    for (const child of this.children.get(node) ?? []) this.forget(child);
    this.children.delete(node);
    this.parents.delete(node);
  }
}
