/** The source of a handler, with the line that is meant. */

import type { Code } from '../player/code.js';
import { reasonOf } from '../server/reason.js';
import type { Detail } from '../table/run.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';

/** Which source is meant: where the message ended its handler, or else that handler. */
export const codeQuery = ({ line, targetVm, trap }: Detail): Readonly<Record<string, string>> => ({
  actor: line.target,
  kind: line.kind,
  vm: targetVm ?? 'js',
  position: trap?.position ?? '',
});

/** @param open opens it in an editor @returns the lines; or why they are not known */
export async function codeOf(server: ServerLink, detail: Detail, open: () => unknown): Promise<readonly Node[]> {
  try {
    const button = element('button', { type: 'button' }, ['open in the editor (I)']);
    button.addEventListener('click', () => void open());
    return [...partsOf(await server.played<Code>('code', codeQuery(detail))), button, element('p', { id: 'editor-said', role: 'status' })];
  } catch (error) {
    return [element('p', { class: 'faint' }, [reasonOf(error)])];
  }
}

/** The place, and its lines. */
export function partsOf({ place, isEnd, line, from, lines }: Code): readonly Node[] {
  const rows = lines.map((text, index) => {
    const number = from + index;
    return element('span', { class: `line${number === line ? ' meant' : ''}` }, [`${String(number).padStart(5)}  ${text}\n`]);
  });
  return [element('p', { class: 'place' }, [`${isEnd ? 'ended at' : 'handled by'} ${place}`]), element('pre', { class: 'code' }, rows)];
}
