/** Serves the built television to one device after the other, and counts what each has loaded. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { FilmPage } from '../../examples/tv/catalogue/film.js';
import { loadCatalogue } from '../../examples/tv/catalogue/load.js';
import { type RunningServer, startServer } from '../../examples/tv/server/server.js';
import type { TitleAt } from './journey.js';

/** As in a home network. */
const LATENCY_MS = { min: 5, max: 60 };

export interface Loaded {
  /** As brotli sends them; source maps, which only a debugger loads, do not count. */
  readonly bytes: number;
  readonly files: readonly string[];
}

export class TelevisionServer {
  private readonly sent = new Set<string>();
  private readonly sizes = new Map<string, number>();
  private readonly catalogue = loadCatalogue();
  private server: RunningServer | null = null;

  /** @param root folder of the built site */
  static async start(root: string): Promise<TelevisionServer> {
    const television = new TelevisionServer();
    const { catalogue, sent } = television;
    television.server = await startServer({ catalogue, port: 0, latencyMs: LATENCY_MS, root, onFile: (path) => sent.add(path) });
    return television;
  }

  urlOf(query: string): string {
    return new URL(query && `/?${query}`, this.server!.url).href;
  }

  /** What has been sent since the last time that it was asked. */
  takeLoaded(): Loaded {
    const paths = [...this.sent].filter((path) => extname(path) !== '.map').sort();
    this.sent.clear();
    return { bytes: paths.reduce((sum, path) => sum + this.sizeOf(path), 0), files: paths.map((path) => basename(path)) };
  }

  private sizeOf(path: string): number {
    const known = this.sizes.get(path);
    if (known !== undefined) return known;
    const packed = brotliCompressSync(readFileSync(path), { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } });
    this.sizes.set(path, packed.length);
    return packed.length;
  }

  readonly titleAt: TitleAt = (rail, position) => {
    const genre = encodeURIComponent(this.catalogue.genres[rail].name);
    const { body } = this.catalogue.answer(`/api/films?genre=${genre}&from=${position}&count=1`);
    return (JSON.parse(body) as FilmPage).films[0].title;
  };

  async close(): Promise<void> {
    await this.server?.close();
  }
}
