/** What is done with all examples together: served, generated, run. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApplicationBuilder, generateApplication, type Problem } from 'tandem/tools';
import { createServer, type InlineConfig, type PreviewServer, type ViteDevServer } from 'vite';
import { EXAMPLES, type Example } from './list.js';
import config from './vite.config.js';

const FOLDER = import.meta.dirname;

/** The examples find the package as its users do, in `node_modules`. */
export function linkPackage(): void {
  // Not a link to the whole folder, in which this is: whoever walks through the tree would never come to an end.
  const installed = join(FOLDER, 'node_modules/tandem');
  mkdirSync(installed, { recursive: true });
  for (const name of ['dist', 'package.json'])
    if (!existsSync(join(installed, name))) symlinkSync(join('../../../..', name), join(installed, name));
}

export const configured = (more: InlineConfig): InlineConfig => ({ configFile: false, ...config, ...more });

/** @param port 0 for any that is free */
export async function serveExamples(port: number): Promise<ViteDevServer> {
  linkPackage();
  const server = { ...config.server, port, host: '127.0.0.1' };
  return (await createServer(configured({ server, logLevel: 'warn' }))).listen();
}

const isApplication = ({ name }: Example): boolean => existsSync(join(FOLDER, name, 'tandem.json'));

function complain({ name }: Example, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new Error(problems.map(({ file, text }) => `${name}/${file}: ${text}`).join('\n'));
}

/** Writes the code that is generated for all of them, without their guests. @throws Error with what is wrong */
export async function generateExamples(): Promise<void> {
  linkPackage();
  for (const example of EXAMPLES.filter(isApplication))
    complain(example, (await generateApplication({ root: join(FOLDER, example.name), write: true })).problems);
}

/** Builds an example that is a program: what is generated for it, and its guests. @throws Error with what is wrong */
async function buildProgram(example: Example): Promise<void> {
  if (!isApplication(example)) return;
  const root = join(FOLDER, example.name);
  const builder = new ApplicationBuilder({ root, debug: true });
  const { problems } = await builder.build();
  builder.end();
  complain(example, problems);
}

export const addressOf = ({ resolvedUrls }: ViteDevServer | PreviewServer, name = ''): string =>
  (resolvedUrls?.local[0] ?? '') + (name && `${name}/`);

/** Runs an example that is a program of Node. @returns what it has printed @throws Error with its output when it fails */
export async function runExample(example: Example): Promise<string> {
  const { name } = example;
  linkPackage();
  await buildProgram(example);
  const words = ['--import', 'tsx', `./${name}/run.ts`];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { cwd: FOLDER, env: withoutRunner() });
  return stdout + stderr;
}

/** Without what a test runner tells its children. */
const withoutRunner = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$|NODE_OPTIONS$|FORCE_COLOR$)/.test(name)));
