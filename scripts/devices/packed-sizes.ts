/** Sizes of files as brotli sends them. */
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

export class PackedSizes {
  private readonly known = new Map<string, number>();

  /** @param paths source maps among them, which only a debugger loads, do not count @returns bytes */
  of(paths: readonly string[]): number {
    return paths.filter((path) => extname(path) !== '.map').reduce((sum, path) => sum + this.sizeOf(path), 0);
  }

  private sizeOf(path: string): number {
    const known = this.known.get(path);
    if (known !== undefined) return known;
    const packed = brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });
    this.known.set(path, packed.length);
    return packed.length;
  }
}
