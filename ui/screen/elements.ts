/**
 * Nodes in words.
 *
 *   const title = text('Films', { fontSize: 34 });
 *   screen.add(column({ gap: 24, padding: 48 }, [title, row({ gap: 20 }, cards)]));
 *   screen.write(title, 'Series');
 */
import { type NodeOptions, SceneNode } from './screen.js';

/** A rectangle, with children at their own places: seen when it has a colour. @throws ScreenError property, value */
export const view = (options?: NodeOptions, children?: readonly SceneNode[]): SceneNode => new SceneNode('view', options, { children });

/** Children side by side. @throws ScreenError property, value */
export const row = (options?: NodeOptions, children?: readonly SceneNode[]): SceneNode => view({ layout: 'row', ...options }, children);

/** Children below each other. @throws ScreenError property, value */
export const column = (options?: NodeOptions, children?: readonly SceneNode[]): SceneNode =>
  view({ layout: 'column', ...options }, children);

/** @throws ScreenError property, value */
export const text = (string: string, options?: NodeOptions): SceneNode => new SceneNode('text', options, { string });

/** @param source as the display understands it @throws ScreenError property, value */
export const image = (source: string, options?: NodeOptions, children?: readonly SceneNode[]): SceneNode =>
  new SceneNode('image', options, { string: source, children });
