/** Breakpoints by source line, set as a debugger does it: through the source map that the module names. */
import { readFile } from 'node:fs/promises';
import { type EachMapping, eachMapping, TraceMap } from '@jridgewell/trace-mapping';
import type { AttachedWorker, Pause, Script } from '../e2e/devtools.js';

/** The source map of a script, from where the script says it is. */
async function mapOf({ url, sourceMapURL = '' }: Script): Promise<TraceMap> {
  const address = new URL(sourceMapURL, url);
  const text = address.protocol === 'file:' ? await readFile(address, 'utf8') : await (await fetch(address)).text();
  return new TraceMap(text);
}

/** Sets a breakpoint at the first instruction of a line. @param code is found in that line of the source */
export async function breakAtLine(thread: AttachedWorker, script: Script, source: string, code: string): Promise<string> {
  const map = await mapOf(script);
  const lines = map.sourcesContent?.[map.sources.indexOf(source)]?.split('\n') ?? [];
  const line = lines.findIndex((text) => text.includes(code)) + 1;
  const offsets: number[] = [];
  eachMapping(map, (mapping: EachMapping) => {
    if (mapping.source === source && mapping.originalLine === line) offsets.push(mapping.generatedColumn);
  });
  const location = { scriptId: script.scriptId, lineNumber: 0, columnNumber: Math.min(...offsets) };
  const { breakpointId } = await thread.send('Debugger.setBreakpoint', { location });
  return breakpointId as string;
}

/** The local variables of the innermost function. */
export async function localsOf(thread: AttachedWorker, { callFrames: [innermost] }: Pause): Promise<Record<string, unknown>> {
  const { object } = innermost.scopeChain.find(({ type }) => type === 'local')!;
  const { result } = await thread.send('Runtime.getProperties', { objectId: object.objectId });
  const properties = result as { name: string; value: { description?: string; value?: unknown; objectId?: string } }[];
  return Object.fromEntries(await Promise.all(properties.map(async ({ name, value }) => [name, await numberIn(thread, value.objectId)])));
}

/** The engine wraps a number of WebAssembly into an object with its type and value. */
async function numberIn(thread: AttachedWorker, objectId: string | undefined): Promise<unknown> {
  const { result } = await thread.send('Runtime.getProperties', { objectId });
  const properties = result as { name: string; value: { value?: unknown; unserializableValue?: string } }[];
  const { value } = properties.find(({ name }) => name === 'value')!;
  return value.value ?? value.unserializableValue;
}
