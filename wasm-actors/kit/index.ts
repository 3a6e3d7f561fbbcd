/** What an application's actor is written with: `tandem/guest`. Its file ends with `export * from 'tandem/guest/exports';`. */
export { Reader } from '../../protocol/assembly/reader';
export { Bytes, Dynamic, List, Maybe, Text } from '../../protocol/assembly/values';
export { Actor, RequestToken, start } from './actor';
export { log } from './env';
