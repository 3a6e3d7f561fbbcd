/**
 * What a viewer sees in a picture, read from its display list: which node wears the focus ring, how many images have not come yet,
 * and one number for the whole. Read only while the picture is at rest: it is a walk over all items.
 */
import { IMAGE_ITEM, type Picture, type PictureItem, TEXT_ITEM, VIEW_ITEM } from '../../../host-shim/browser/index.js';
import { RING } from '../app/theme.js';

export interface View {
  /** The text that belongs to what has focus; empty when nothing has, or its text has not come. */
  readonly focused: string;
  /** Images that show their placeholder. */
  readonly placeholders: number;
  /** Of everything that is painted, without the handles of nodes: equal pictures have equal hashes on every device. */
  readonly hash: string;
}

/** How far below its card a title may begin, in pixels. */
const TITLE_DISTANCE = 40;

export function readView(picture: Picture): View {
  let ring: PictureItem | null = null;
  let focused = '';
  let placeholders = 0;
  const lines: string[] = [];
  for (let index = 0; index < picture.itemCount; index++) {
    const item = picture.itemAt(index);
    const text = item.type === VIEW_ITEM ? '' : picture.stringOf(item.node);
    if (item.type === IMAGE_ITEM && text === '') placeholders++;
    if (item.type === VIEW_ITEM && item.colour === RING) ring = { ...item };
    if (item.type === TEXT_ITEM && focused === '' && ring && belongsTo(item, ring)) focused = text;
    lines.push(describe(picture, item, text));
  }
  return { focused, placeholders, hash: fingerprint(lines.join('\n')) };
}

const belongsTo = (text: PictureItem, ring: PictureItem): boolean =>
  text.x >= ring.x && text.x < ring.x + ring.width && text.y >= ring.y && text.y < ring.y + ring.height + TITLE_DISTANCE;

function describe(picture: Picture, { node: _node, clip, ...item }: PictureItem, text: string): string {
  return JSON.stringify([item, picture.clipAt(clip), text]);
}

/** FNV-1a of the text's UTF-16 code units. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
