/** The source of a handler, with the line that is meant. */
import type { Code } from '../player/code.js';
import type { Detail } from '../table/run.js';
import { element } from './element.js';
import type { ServerLink } from './server.js';

/** @returns the lines; or why they are not known */
export async function codeOf(server: ServerLink, { line, targetVm, trap }: Detail): Promise<readonly Node[]> {
  try {
    const query = { actor: line.target, kind: line.kind, vm: targetVm ?? 'js', position: trap?.position ?? '' };
    return partsOf(await server.played<Code>('code', query));
  } catch (error) {
    return [element('p', { class: 'faint' }, [error instanceof Error ? error.message : String(error)])];
  }
}

function partsOf({ place, isEnd, line, from, lines }: Code): readonly Node[] {
  const rows = lines.map((text, index) => {
    const number = from + index;
    return element('span', { class: `line${number === line ? ' meant' : ''}` }, [`${String(number).padStart(5)}  ${text}\n`]);
  });
  return [element('p', { class: 'place' }, [`${isEnd ? 'ended at' : 'handled by'} ${place}`]), element('pre', { class: 'code' }, rows)];
}
