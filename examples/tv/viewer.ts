/** Reads from a display list what a viewer sees in the picture. */
import type { Picture, PictureItem } from 'tandem/browser';
import { IMAGE_ITEM, TEXT_ITEM, VIEW_ITEM } from 'tandem/protocol';
import { RING } from './app/theme.js';

export interface View {
  /** The text of the node with the focus ring; empty when there is none, or its text has not arrived. */
  readonly focused: string;
  /** Number of images that show their placeholder. */
  readonly placeholders: number;
}

/** Greatest distance of a title below its card, in pixels. */
const TITLE_DISTANCE = 30;

export function readView(picture: Picture): View {
  let ring: PictureItem | null = null;
  let focused = '';
  let placeholders = 0;
  for (let index = 0; index < picture.itemCount; index++) {
    const item = picture.itemAt(index);
    if (item.type === VIEW_ITEM && item.colour === RING) ring = { ...item };
    if (item.type === IMAGE_ITEM && picture.stringOf(item.node) === '') placeholders++;
    if (item.type === TEXT_ITEM && focused === '' && ring && belongsTo(item, ring)) focused = picture.stringOf(item.node);
  }
  return { focused, placeholders };
}

const belongsTo = (text: PictureItem, ring: PictureItem): boolean =>
  text.x >= ring.x && text.x < ring.x + ring.width && text.y >= ring.y && text.y < ring.y + ring.height + TITLE_DISTANCE;

/** Hash of everything that is painted except the handles of nodes: equal pictures have equal hashes on every device. */
export function hashPicture(picture: Picture): string {
  let hash = FNV_OFFSET;
  for (let index = 0; index < picture.itemCount; index++) {
    const { node, clip, ...item } = picture.itemAt(index);
    const text = item.type === VIEW_ITEM ? '' : picture.stringOf(node);
    hash = addText(hash, JSON.stringify([item, picture.clipAt(clip), text]));
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** FNV-1a, 32 bits, of UTF-16 code units. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function addText(hash: number, text: string): number {
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}
