/** A guest's source map with what reads it. Loaded with the first map that is needed: most instances never trap. */
import { decodedMappings, TraceMap } from '@jridgewell/trace-mapping';
import type { ReadableMap } from './positions.js';

/** @param json of a module, whose map has one line */
export const readableMap = (json: string): ReadableMap => ({ json, segments: () => decodedMappings(new TraceMap(json))[0] ?? [] });
