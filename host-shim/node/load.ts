import { readFile } from 'node:fs/promises';

/** @param url of a file */
export const load = async (url: URL): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await readFile(url));
