/** `tandem doctor --url`: looks at the page of a server as a browser loads it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonsOf } from '../actors/contract/thrown.js';
import { compileGuest, schemasOfGuest } from '../host-shim/wasm/guest.js';
import type { Finding } from '../tools/examination.js';
import type { GeneratedApplication } from '../tools/generated-application.js';
import { WITH_WASM } from '../tools/own-package.js';
import { readSettings, SETTINGS_FILE } from '../tools/settings.js';
import { MANIFEST_FILE, type Manifest } from '../tools/vite-manifest.js';

/** A server that does not answer within this will not show a page either. */
const ANSWER_MS = 10_000;
/** More scripts than this are not the page's own. */
const SCRIPTS_MAX = 50;

const OPENER = 'cross-origin-opener-policy';
const EMBEDDER = 'cross-origin-embedder-policy';

export interface PageExamined {
  readonly findings: readonly Finding[];
  readonly reached: boolean;
}

/** @param application as it is in the folder */
export async function examinePage(url: URL, root: string, application: GeneratedApplication): Promise<PageExamined> {
  const examination = new PageExamination(url, root, application);
  const reached = await examination.run();
  return { findings: examination.findings, reached };
}

interface Answer {
  readonly url: URL;
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

class PageExamination {
  readonly findings: Finding[] = [];
  private readonly placement: string;

  constructor(
    private readonly url: URL,
    private readonly root: string,
    private readonly application: GeneratedApplication,
  ) {
    this.placement = readSettings(
      existsSync(join(root, SETTINGS_FILE)) ? readFileSync(join(root, SETTINGS_FILE), 'utf8') : null,
    ).settings.placement;
  }

  /** @returns false when there is no page */
  async run(): Promise<boolean> {
    const page = await this.get(this.url);
    if (typeof page === 'string') {
      this.say('wrong', 'page', this.url, `cannot be reached: ${page}`);
      return false;
    }
    if (page.status !== 200 || !page.type.includes('html')) {
      this.say('wrong', 'page', this.url, `answers ${page.status} with ${page.type || 'nothing'}, and not with a page`);
      return false;
    }
    this.say('ok', 'page', this.url, 'is there');
    const isolated = this.headers(page);
    const texts = await this.scripts(new TextDecoder().decode(page.bytes));
    await this.workers(texts, isolated);
    await this.guests();
    return true;
  }

  private say(level: Finding['level'], about: string, file: URL, text: string): void {
    this.findings.push({ level, about, file: file.href, text });
  }

  private async get(url: URL): Promise<Answer | string> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), headers: { accept: '*/*' } });
      const { status, headers } = response;
      return { url, status, headers, type: headers.get('content-type') ?? '', bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      return reasonsOf(error);
    }
  }

  /** @returns whether the page is isolated */
  private headers({ url, headers }: Answer): boolean {
    const opener = headers.get(OPENER) ?? 'missing';
    const embedder = headers.get(EMBEDDER) ?? 'missing';
    const wrong = [
      ...(opener === 'same-origin' ? [] : [`Cross-Origin-Opener-Policy: same-origin (it is ${opener})`]),
      ...(['require-corp', 'credentialless'].includes(embedder) ? [] : [`Cross-Origin-Embedder-Policy: require-corp (it is ${embedder})`]),
    ];
    const isSecure = url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    if (wrong.length === 0 && isSecure) this.say('ok', 'headers', url, 'the page is isolated: links are shared memory');
    else if (this.placement === 'host') this.say('ok', 'headers', url, 'none are needed in the step host');
    else {
      const level = WITH_WASM.test(this.placement) ? 'wrong' : 'note';
      const text = wrong.length
        ? `let the server send ${wrong.join(' and ')}`
        : 'serve it by https: elsewhere than on localhost no page is isolated';
      this.say(level, 'headers', url, `the page is not isolated, so links are message ports and no shared memory: ${text}`);
    }
    return wrong.length === 0;
  }

  /** @returns the texts of the page's modules */
  private async scripts(html: string): Promise<readonly Answer[]> {
    const sources = [...html.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)\s*=\s*["']([^"']+\.[mc]?[jt]sx?(?:\?[^"']*)?)["']/g)];
    const found: Answer[] = [];
    for (const [, source] of sources.slice(0, SCRIPTS_MAX)) {
      const answer = await this.file(new URL(source, this.url), 'script');
      if (answer) found.push(answer);
    }
    return found;
  }

  /** A file that has to be there and be a script. @returns null when it is not */
  private async file(url: URL, about: string): Promise<Answer | null> {
    const answer = await this.get(url);
    if (typeof answer === 'string') this.say('wrong', about, url, `cannot be loaded: ${answer}`);
    else if (answer.status !== 200)
      this.say('wrong', about, url, `answers ${answer.status}: deploy it with the page; an old page names files of an old build`);
    else if (!/javascript/.test(answer.type))
      this.say(
        'wrong',
        about,
        url,
        `is ${answer.type || 'of no type'}, and not JavaScript: a server that answers with its page for what it does not have hides that the file is missing`,
      );
    else {
      this.say('ok', about, url, 'is there');
      return answer;
    }
    return null;
  }

  /** Where a page of a build, or the generated way in of a development server, makes its workers. */
  private async workers(scripts: readonly Answer[], isolated: boolean): Promise<void> {
    if (this.placement === 'host') return;
    const way = [...this.application.texts.keys()].find((path) => path.endsWith('/index.ts'));
    const answers = [...scripts];
    if (scripts.some(({ url }) => url.pathname.includes('@vite/client')) && way !== undefined) {
      const served = await this.get(new URL(way, this.url));
      if (typeof served !== 'string') answers.push(served);
    }
    const named = answers.flatMap(({ url, bytes }) =>
      [...new TextDecoder().decode(bytes).matchAll(/["'`]([^"'`\s]*(?:js|wasm)-worker[^"'`\s]*\.[jt]s[^"'`\s]*)["'`]/g)].map(
        ([, path]) => new URL(path, url).href,
      ),
    );
    for (const href of new Set(named)) {
      const answer = await this.file(new URL(href), 'worker');
      if (answer && isolated && !answer.headers.has(EMBEDDER))
        this.say(
          'wrong',
          'worker',
          answer.url,
          'comes without Cross-Origin-Embedder-Policy, so an isolated page may not start it: send both headers with every file',
        );
    }
  }

  private async guests(): Promise<void> {
    const own = this.application.guests;
    if (own.length === 0 || !WITH_WASM.test(this.placement)) return;
    const answer = await this.get(new URL(MANIFEST_FILE, this.url));
    const manifest = manifestIn(answer);
    for (const { name, module } of own) {
      const path = manifest ? manifest.guests[name]?.module : module;
      if (path === undefined)
        this.say(
          'wrong',
          `guest of ${name}`,
          new URL(MANIFEST_FILE, this.url),
          `does not name the guest of ${name}: build and deploy again`,
        );
      else await this.guest(name, new URL(path, this.url), join(this.root, module));
    }
  }

  private async guest(name: string, url: URL, local: string): Promise<void> {
    const about = `guest of ${name}`;
    const answer = await this.get(url);
    if (typeof answer === 'string') return this.say('wrong', about, url, `cannot be loaded: ${answer}`);
    const { status, type, bytes } = answer;
    if (status !== 200)
      return this.say(
        'wrong',
        about,
        url,
        `answers ${status}: the actor begins as its JavaScript twin. Build, and deploy the module with the page`,
      );
    const served = await schemasOf(bytes);
    if (served === null)
      return this.say(
        'wrong',
        about,
        url,
        `is no module (${type}, ${bytes.length} bytes): the actor begins as its JavaScript twin. A server may answer with its page for what it does not have`,
      );
    const built = await schemasOf(bytesOf(local));
    if (built !== null && built !== served)
      return this.say(
        'wrong',
        about,
        url,
        'was built for another schema than the module here: where the page is newer, the actor begins as its JavaScript twin. Build and deploy again',
      );
    if (!type.startsWith('application/wasm'))
      return this.say('note', about, url, `is sent as ${type || 'no type'}: as application/wasm it is compiled while it arrives`);
    this.say('ok', about, url, 'is there, and of the schema here');
  }
}

/** The bytes of a file; none when it is not there. */
const bytesOf = (file: string): Uint8Array<ArrayBuffer> => (existsSync(file) ? new Uint8Array(readFileSync(file)) : new Uint8Array());

function manifestIn(answer: Answer | string): Manifest | null {
  if (typeof answer === 'string' || answer.status !== 200) return null;
  try {
    return JSON.parse(new TextDecoder().decode(answer.bytes)) as Manifest;
  } catch {
    return null; // a page in its place: a server in development
  }
}

/** What a module says of its schemas; null when it is none. */
async function schemasOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  try {
    return schemasOfGuest(await compileGuest(bytes));
  } catch {
    return null;
  }
}
