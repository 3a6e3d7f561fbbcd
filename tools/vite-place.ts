/** Where in its source an actor has crashed: Vite gives a page other lines than the file has. */
import { join, relative } from 'node:path';
import { originalPositionFor, type SourceMapInput, TraceMap } from '@jridgewell/trace-mapping';
import type { ViteDevServer } from 'vite';

const POSITION = /^(.+):(\d+):(\d+)$/;

/**
 * @param position of the code as it was served, as `actors/basket.ts:40:9`
 * @returns file, line and column from the root; the position itself where nothing else is known, as that of a guest, which is right already
 */
export function sourcePlace(server: ViteDevServer, root: string, position: string): string {
  const [, path, line, column] = POSITION.exec(position) ?? [];
  if (path === undefined) return position;
  for (const { url, file, transformResult } of server.environments.client.moduleGraph.idToModuleMap.values()) {
    if (!file || !url.split('?')[0].endsWith(`/${path}`) || !transformResult?.map) continue;
    const map = new TraceMap(transformResult.map as SourceMapInput);
    const found = originalPositionFor(map, { line: Number(line), column: Number(column) - 1 });
    if (found.line !== null) return `${relative(root, join(file))}:${found.line}:${found.column + 1}`;
  }
  return position;
}
