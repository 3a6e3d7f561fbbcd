/** Serves the built television to a device, and knows what that has loaded. */
import type { FilmPage } from '../../examples/tv/catalogue/film.js';
import { loadCatalogue } from '../../examples/tv/catalogue/load.js';
import { type RunningServer, startServer } from '../../examples/tv/server/server.js';
import type { TitleAt } from './journey.js';

/** As in a home network. */
const LATENCY_MS = { min: 5, max: 60 };

export class TelevisionServer {
  private readonly sent = new Set<string>();
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

  /** Paths of what has been sent, source maps among them. */
  get sentPaths(): readonly string[] {
    return [...this.sent].sort();
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
