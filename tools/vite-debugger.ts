/** The debugger of a page in development: at `/__tandem/` of Vite's server. Its page finds it, and connects. */
import type { AddressInfo } from 'node:net';
import type { ViteDevServer } from 'vite';
import { createDebugger, debuggedPage, type LiveDebugger } from '../debugger/server/index.js';

export class ViteDebugger {
  private readonly looking: LiveDebugger;

  /** @param application where its definition is generated; undefined while it is not */
  constructor(application: () => string | undefined) {
    this.looking = createDebugger({ application, missing: 'The application is not here: open its page, and it connects by itself.' });
  }

  /** Where Vite is a part of another server there is no debugger. */
  serve({ httpServer, middlewares, config }: ViteDevServer): void {
    if (!httpServer) return;
    middlewares.use((request, response, next) => {
      if (!this.looking.answer(request, response)) next();
    });
    this.looking.listenTo(httpServer);
    httpServer.once('listening', () => {
      const { port } = httpServer.address() as AddressInfo;
      config.logger.info(`[tandem] debugger: http://localhost:${port}${this.looking.addressOf('viewer')}`);
    });
    httpServer.once('close', () => void this.looking.close());
  }

  /** A page that finds its debugger. */
  page(html: string): string {
    return debuggedPage(html, this.looking);
  }
}
