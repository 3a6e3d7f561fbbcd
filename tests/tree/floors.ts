/** Order within the folders: the floors of actors/, and no file that knows itself by way of others. */
import { importsOf, isCode, type Tree } from './tree.js';

/** From the ground up. Each knows those below it, types included. */
const FLOORS = ['contract', 'model', 'vm', 'supervisor', 'application'];
/** Every file of actors/ is on a floor, but for the door. */
const DOOR = 'actors/index.ts';

const floorOf = (path: string): number => FLOORS.indexOf(path.split('/')[1]);

/** Files that are on no floor, and imports of what is on a higher one. */
export function wrongFloors(tree: Tree): string[] {
  const findings: string[] = [];
  for (const [path, text] of tree) {
    if (!path.startsWith('actors/') || !isCode(path) || path === DOOR) continue;
    if (floorOf(path) < 0) findings.push(`${path} is on no floor`);
    for (const { specifier, target, line } of importsOf(path, text)) {
      const inside = target?.startsWith('actors/');
      if (inside && (target === DOOR || floorOf(target!) > floorOf(path))) findings.push(`${path}:${line} imports ${specifier} from above`);
    }
  }
  return findings;
}

/** Files that import each other, types included, directly or by way of others: one finding for each circle. */
export function circles(tree: Tree): string[] {
  const graph = new Map<string, readonly string[]>();
  for (const [path, text] of tree) {
    if (!isCode(path)) continue;
    graph.set(
      path,
      importsOf(path, text).flatMap(({ target }) => (target !== null && tree.has(target) ? [target] : [])),
    );
  }
  return strongComponents(graph)
    .filter((members) => members.length > 1)
    .map((members) => `${members.sort().join(', ')} import each other`);
}

/** Tarjan 1972. */
function strongComponents(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    lowest.set(node, order.get(node)!);
    open.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (open.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!));
    }
    if (lowest.get(node) === order.get(node)) found.push(open.splice(open.indexOf(node)));
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return found;
}
