/**
 * The plugin for Vite: `plugins: [tandem()]`. It generates codecs and definition and compiles guests, at the start and after each change;
 * shows what is wrong in the page, with file and line; makes modules and workers part of the build; and sends the headers for shared
 * memory where the placement needs them. The public API of `tandem/vite`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, posix, relative, resolve } from 'node:path';
import type { EnvironmentModuleNode, Plugin, UserConfig, ViteDevServer } from 'vite';
import { ApplicationBuilder, type BuiltApplication } from './application-builder.js';
import type { Problem } from './generated-application.js';
import { BROWSER_ENTRIES, WITH_WASM } from './own-package.js';
import type { ViteDebugger } from './vite-debugger.js';
import { lineOf, overlayOf } from './vite-errors.js';
import { MANIFEST_FILE, manifestOf } from './vite-manifest.js';
import {
  CRASHED_EVENT,
  type Crash,
  LOCATED_EVENT,
  REFUSED_EVENT,
  REPLACE_EVENT,
  type Refusal,
  type Replacement,
  type SavedActor,
} from './vite-page.js';
import { sourcePlace } from './vite-place.js';
import { PAGE_MODULE, pageModule, withReplacement } from './vite-replace.js';
import { Saved } from './vite-saved.js';
import { SecondLooks } from './vite-second-look.js';

export interface TandemPluginOptions {
  /** Folder of the application, with its `tandem.json`; Vite's root when not given. */
  readonly root?: string;
  /**
   * Whether pages are isolated, so that there is shared memory: `Cross-Origin-Opener-Policy` and `Cross-Origin-Embedder-Policy` in dev and preview.
   * When not given, if the placement in `tandem.json` has a VM for Wasm. Where the application is deployed, its server has to send them.
   */
  readonly isolation?: boolean;
  /** Whether guests are compiled for a debugger: faster to compile, larger and slower. When not given, in dev. */
  readonly debug?: boolean;
}

const ISOLATION = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const RESOLVED_PAGE_MODULE = `\0${PAGE_MODULE}`;

export function tandem(options: TandemPluginOptions = {}): Plugin {
  const plugin = new TandemPlugin(options);
  return {
    name: 'tandem',
    config: (config, { command }) => plugin.configure(config, command),
    async buildStart() {
      const wrong = await plugin.start();
      for (const file of plugin.files) this.addWatchFile(file);
      if (plugin.isBuild) for (const note of plugin.notes) this.warn(note);
      if (wrong.length > 0 && plugin.isBuild) this.error({ ...errorOf(plugin.root, wrong), message: wrong.map(lineOf).join('\n') });
    },
    configureServer: (server) => plugin.serve(server),
    transformIndexHtml: (html) => plugin.page(html),
    resolveId: (id) => (id === PAGE_MODULE ? RESOLVED_PAGE_MODULE : undefined),
    load: (id) => (id === RESOLVED_PAGE_MODULE ? pageModule() : undefined),
    transform: {
      order: 'pre',
      handler: (code, id) => plugin.transform(code, id),
    },
    hotUpdate: {
      order: 'pre',
      async handler({ file, modules }) {
        if (this.environment.name !== 'client') return undefined;
        return (await plugin.changed(file, modules)) ? undefined : [];
      },
    },
    generateBundle(_, bundle) {
      const { manifest, missing } = plugin.manifest(Object.values(bundle));
      for (const name of missing)
        this.warn(`the module of ${name} is in no file of the build: nothing imports the application's definition`);
      this.emitFile({ type: 'asset', fileName: plugin.manifestFile, source: JSON.stringify(manifest, null, 2) });
    },
    buildEnd: () => plugin.rest(),
  };
}

const errorOf = (root: string, problems: readonly Problem[]) => {
  const { id, loc, frame } = overlayOf(root, problems).err;
  return { id, loc, frame };
};

class TandemPlugin {
  root = '';
  isBuild = false;
  /** Folder of the application, from Vite's root. */
  private folder = '';
  private builder: ApplicationBuilder | null = null;
  private built: BuiltApplication | null = null;
  private server: ViteDevServer | null = null;
  private debugger: ViteDebugger | null = null;
  private readonly saved = new Saved();
  private readonly secondLooks = new SecondLooks((file) => this.server?.watcher.emit('change', file));
  /** Also those whose file has an error now. */
  private readonly actorsByFile = new Map<string, string>();
  /** What the terminal has been told last: notes once, problems until they are mended. */
  private told = '';
  private readonly noted = new Set<string>();

  constructor(private readonly options: TandemPluginOptions) {}

  configure(config: UserConfig, command: 'build' | 'serve'): UserConfig {
    this.isBuild = command === 'build';
    this.root = resolve(config.root ?? '.', this.options.root ?? '.');
    this.folder = relative(resolve(config.root ?? '.'), this.root).replaceAll('\\', '/');
    const { debug = !this.isBuild } = this.options;
    this.builder = new ApplicationBuilder({ root: this.root, debug });
    const headers = this.isolated ? ISOLATION : {};
    const limit = config.build?.assetsInlineLimit;
    return {
      server: { headers },
      preview: { headers },
      worker: { format: 'es' },
      optimizeDeps: { include: [...BROWSER_ENTRIES] },
      // A module is a file of its own: as text within a script it would be larger, and refused by a content security policy.
      build: { assetsInlineLimit: (file, content) => (/\.wasm(\.map)?$/.test(file) ? false : inlined(limit, file, content)) },
    };
  }

  /** All files that shape what is built. */
  get files(): readonly string[] {
    return this.built?.files ?? [];
  }

  /** @returns what is wrong */
  async start(): Promise<readonly Problem[]> {
    const { problems } = await this.build();
    this.report();
    return problems;
  }

  /** What a person should know of what was built. */
  get notes(): readonly string[] {
    return this.built?.generated.notes ?? [];
  }

  async serve(server: ViteDevServer): Promise<void> {
    this.server = server;
    // A page that is loaded while something is wrong is told so, too.
    server.ws.on('connection', () => this.report());
    server.ws.on(REFUSED_EVENT, (refusal: Refusal) => this.refused(refusal));
    server.ws.on(CRASHED_EVENT, (crash: Crash) => this.crashed(server, crash));
    server.httpServer?.once('close', () => this.rest());
    if (!server.httpServer) return;
    const { ViteDebugger } = await import('./vite-debugger.js');
    this.debugger = new ViteDebugger(() => this.generated('definition.ts'));
    this.debugger.serve(server);
  }

  /** In development a page finds its debugger. */
  page(html: string): string {
    return this.debugger?.page(html) ?? html;
  }

  /** In development the way in goes on with code that is saved. */
  transform(code: string, id: string): string | null {
    if (!this.server || id.split('?')[0] !== this.generated('index.ts')) return null;
    const text = withReplacement(code);
    if (text === null) throw new Error(`${id} does not start an application: it could not go on with code that is saved`);
    return text;
  }

  /**
   * A file has changed, has come or has gone.
   * @param modules that Vite has made of it
   * @returns whether Vite may go on with its own update
   */
  async changed(file: string, modules: readonly EnvironmentModuleNode[]): Promise<boolean> {
    const path = relative(this.root, file).replaceAll('\\', '/');
    if (this.isGenerated(path)) return false;
    if (!this.concerns(file, modules.length > 0)) return true;
    this.secondLooks.after(file);
    const mended = (this.built?.problems ?? []).length > 0;
    const { problems, compiled, generated } = await this.build();
    const edited = this.actorsByFile.get(path);
    this.saved.add({ compiled, edited, modules, isOther: edited === undefined && modules.length > 0 });
    this.report();
    if (problems.length > 0) return false;
    const { actors, modules: saved, isOther } = this.saved.take();
    // Other numbers or codecs concern everybody.
    if (generated.stale.length > 0) {
      this.server?.config.logger.info('[tandem] the schemas or settings have changed: the page is loaded again', { timestamp: true });
      this.server?.ws.send({ type: 'full-reload' });
      return false;
    }
    if (isOther && !mended) return true;
    if (isOther) this.server?.ws.send({ type: 'full-reload' });
    else if (actors.length > 0 || mended) this.replace(actors, saved, mended);
    return !isOther && actors.length === 0 && !mended;
  }

  /** Whoever imports what has changed is loaded anew when it is asked for: the definition, by an address that is new. */
  private replace(actors: readonly SavedActor[], modules: readonly EnvironmentModuleNode[], mended: boolean): void {
    const now = Date.now();
    const graph = this.server?.environments.client.moduleGraph;
    const seen = new Set<EnvironmentModuleNode>();
    for (const module of modules) graph?.invalidateModule(module, seen, now, true);
    const address = `/${relative(this.root, this.generated('definition.ts') ?? '').replaceAll('\\', '/')}?t=${now}`;
    const replacement: Replacement = { actors, module: address, mended };
    this.server?.ws.send(REPLACE_EVENT, replacement);
  }

  /** In the folder of the application, of which a build may have several. */
  get manifestFile(): string {
    return this.folder.startsWith('..') ? MANIFEST_FILE : posix.join(this.folder, MANIFEST_FILE);
  }

  manifest(files: Parameters<typeof manifestOf>[2]): ReturnType<typeof manifestOf> {
    if (!this.built) throw new Error('nothing was built');
    return manifestOf(this.built.generated, this.folder, files);
  }

  /** Ends what was kept for the next change. */
  rest(): void {
    this.secondLooks.end();
    this.builder?.end();
  }

  private get isolated(): boolean {
    const file = join(this.root, 'tandem.json');
    const { placement = '' } = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { placement?: string }) : {};
    return this.options.isolation ?? WITH_WASM.test(placement);
  }

  private async build(): Promise<BuiltApplication> {
    if (!this.builder) throw new Error('Vite has not given its configuration');
    this.built = await this.builder.build();
    for (const { file, name } of this.built.generated.actors) this.actorsByFile.set(file, name);
    return this.built;
  }

  /** @returns the path of a generated file; undefined while nothing is generated */
  private generated(name: string): string | undefined {
    const path = [...(this.built?.generated.texts.keys() ?? [])].find((one) => one.endsWith(`/${name}`));
    return path === undefined ? undefined : join(this.root, path);
  }

  private isGenerated(path: string): boolean {
    const { texts, guests = [] } = this.built?.generated ?? {};
    return texts?.has(path) || guests.some(({ module }) => path.startsWith(module));
  }

  /** AssemblyScript is imported by no page. */
  private concerns(file: string, imported: boolean): boolean {
    const { folders = [] } = this.built?.generated ?? {};
    return this.files.includes(file) || folders.some((folder) => file.startsWith(`${folder}/`)) || (!imported && file.endsWith('.ts'));
  }

  /** The former code goes on. The page shows it. */
  private refused({ actor, reason }: Refusal): void {
    const file = this.built?.generated.actors.find(({ name }) => name === actor)?.file ?? '';
    this.server?.config.logger.warn(`[tandem] ${file}: ${actor} goes on with its former code: ${reason}`, { timestamp: true });
  }

  /** Tells where, which the page cannot know. */
  private crashed(server: ViteDevServer, { party, reason, position }: Crash): void {
    const place = sourcePlace(server, this.root, position);
    const text = `[tandem] ${place === '' ? '' : `${place}: `}${party} crashed: ${reason}`;
    server.config.logger.warn(text, { timestamp: true });
    if (place !== position) server.ws.send(LOCATED_EVENT, text);
  }

  /** To the page, and to the terminal. */
  private report(): void {
    const problems = this.built?.problems ?? [];
    if (problems.length > 0) this.server?.ws.send(overlayOf(this.root, problems));
    const { logger } = this.server?.config ?? {};
    const text = problems.map((problem) => `[tandem] ${lineOf(problem)}`).join('\n');
    if (text !== '' && text !== this.told) logger?.error(text, { timestamp: true });
    if (text === '' && this.told !== '') logger?.info('[tandem] mended', { timestamp: true });
    this.told = text;
    for (const note of this.notes) {
      if (!this.noted.has(note)) logger?.warn(`[tandem] ${note}`, { timestamp: true });
      this.noted.add(note);
    }
  }
}

type InlineLimit = NonNullable<UserConfig['build']>['assetsInlineLimit'];

const inlined = (limit: InlineLimit, file: string, content: Buffer): boolean | undefined =>
  typeof limit === 'function' ? limit(file, content) : limit === undefined ? undefined : content.length < limit;
