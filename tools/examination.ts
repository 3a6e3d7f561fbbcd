/** What `tandem doctor` finds in the folder of an application. Nothing is written. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { generateApplication } from './application.js';
import type { GeneratedApplication } from './generated-application.js';
import { changedInputs } from './guests.js';
import { LOCK_FILE } from './lock-file.js';
import { ownGuestLibrary, ownPackage, WITH_WASM } from './own-package.js';
import { readSettings, SETTINGS_FILE } from './settings.js';

export interface Finding {
  /** wrong: has to be mended. note: may be meant so. */
  readonly level: 'ok' | 'note' | 'wrong';
  /** What was looked at, as `node` or `numbers`. */
  readonly about: string;
  /** Path from the application's folder, or an address. */
  readonly file?: string;
  readonly line?: number;
  /** What is there; when it is wrong, what to do. */
  readonly text: string;
}

export interface Examined {
  readonly findings: readonly Finding[];
  readonly application: GeneratedApplication;
}

export async function examineApplication(root: string): Promise<Examined> {
  const application = await generateApplication({ root, write: false });
  const findings = [...versions(root), ...settings(root), ...generated(application), ...guests(root, application)];
  return { findings, application };
}

interface Package {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function packageAt(file: string): Package | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Package) : null;
}

/** The package that a file of the application would import. */
function installed(root: string, name: string): Package | null {
  const folders = createRequire(join(root, 'package.json')).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const found = packageAt(join(folder, name, 'package.json'));
    if (found) return found;
  }
  return null;
}

const majorAndMinor = (version: string): [number, number] => {
  const [major = 0, minor = 0] = version
    .replace(/^[^0-9]*/, '')
    .split('.')
    .map(Number);
  return [major, minor];
};

function isAtLeast(version: string, least: string): boolean {
  const [[major, minor], [leastMajor, leastMinor]] = [majorAndMinor(version), majorAndMinor(least)];
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

function versions(root: string): Finding[] {
  const own = ownPackage();
  const node = process.versions.node;
  const findings: Finding[] = [
    isAtLeast(node, own.engines.node)
      ? { level: 'ok', about: 'node', text: node }
      : { level: 'wrong', about: 'node', text: `is ${node}: tandem needs ${own.engines.node}` },
  ];
  const found = installed(root, own.name);
  if (!found)
    findings.push({ level: 'wrong', about: own.name, file: 'package.json', text: `${own.name} is not installed: npm install ${own.name}` });
  else if (found.version !== own.version)
    findings.push({
      level: 'wrong',
      about: own.name,
      text: `the application has ${found.version}, and this command is ${own.version}: run npx ${own.name} in the application's folder`,
    });
  else findings.push({ level: 'ok', about: own.name, text: own.version });
  return [...findings, ...compilers(root, own.dependencies.assemblyscript), ...vite(root, own.peerDependencies.vite)];
}

/** The compiler is that of the package, whatever else the application has. */
function compilers(root: string, wanted: string): Finding[] {
  const about = 'assemblyscript';
  const used = packageAt(createRequire(import.meta.url).resolve('assemblyscript/package.json'))?.version ?? 'missing';
  if (used !== wanted)
    return [
      {
        level: 'wrong',
        about,
        text: `is ${used}, and guests are tested with ${wanted}: npm ci, or remove what overrides it in package.json`,
      },
    ];
  const other = installed(root, about);
  return [
    { level: 'ok', about, text: used },
    ...(other && other.version !== used
      ? [
          {
            level: 'note' as const,
            about,
            file: 'package.json',
            text: `the application has ${other.version} for itself; guests are compiled with ${used}`,
          },
        ]
      : []),
  ];
}

function vite(root: string, range: string): Finding[] {
  const found = installed(root, 'vite');
  if (!found)
    return [
      {
        level: 'note',
        about: 'vite',
        text: 'is not installed: another bundler needs npx tandem build, and its server has to send the headers',
      },
    ];
  const majors = range.split('||').map((part) => majorAndMinor(part.trim())[0]);
  const [major] = majorAndMinor(found.version);
  if (!majors.includes(major)) return [{ level: 'wrong', about: 'vite', text: `is ${found.version}: the plugin is for ${range}` }];
  const config = ['ts', 'mts', 'js', 'mjs'].map((extension) => `vite.config.${extension}`).find((name) => existsSync(join(root, name)));
  const hasPlugin = config !== undefined && readFileSync(join(root, config), 'utf8').includes(`${ownPackage().name}/vite`);
  return [
    { level: 'ok', about: 'vite', text: found.version },
    ...(hasPlugin
      ? []
      : [
          {
            level: 'note' as const,
            about: 'vite',
            file: config ?? 'vite.config.ts',
            text: "does not have the plugin: plugins: [tandem()] of 'tandem/vite'",
          },
        ]),
  ];
}

function settings(root: string): Finding[] {
  const file = join(root, SETTINGS_FILE);
  const { settings: read, problems } = readSettings(existsSync(file) ? readFileSync(file, 'utf8') : null);
  if (problems.length) return []; // among those of what is generated
  const needs = WITH_WASM.test(read.placement) ? '; pages need the headers for isolation, or their links are message ports' : '';
  return [{ level: 'ok', about: 'placement', file: SETTINGS_FILE, text: `"${read.placement}"${needs}` }];
}

function generated({ problems, stale, notes, actors, ports }: GeneratedApplication): Finding[] {
  if (problems.length) return problems.map(({ file, line, text }) => ({ level: 'wrong', about: 'generated', file, line, text }));
  const numbers = stale.includes(LOCK_FILE);
  const others = stale.filter((path) => path !== LOCK_FILE);
  const names = [...actors, ...ports].map(({ name }) => name).join(', ');
  return [
    numbers
      ? {
          level: 'wrong',
          about: 'numbers',
          file: LOCK_FILE,
          text: 'is not what the schemas need now: npx tandem codegen, and commit it',
        }
      : { level: 'ok', about: 'numbers', file: LOCK_FILE, text: `those of ${names}, each given once` },
    others.length
      ? {
          level: 'wrong',
          about: 'generated',
          file: others[0],
          text: `${others.length === 1 ? 'is' : `and ${others.length - 1} more are`} out of date: npx tandem codegen, or the plugin`,
        }
      : { level: 'ok', about: 'generated', text: 'is up to date' },
    ...notes.map((text): Finding => ({ level: 'note', about: 'twins', text })),
  ];
}

function guests(root: string, { guests: all, problems }: GeneratedApplication): Finding[] {
  if (problems.length) return [];
  return all.flatMap(({ name, source, module }): Finding[] => {
    const about = `guest of ${name}`;
    if (!existsSync(join(root, module))) return [{ level: 'wrong', about, file: module, text: 'is not built: npx tandem build' }];
    if (source === null) return [{ level: 'ok', about, file: module, text: "is tandem's own" }];
    const changed = changedInputs(root, module, ownGuestLibrary());
    return changed.length === 0
      ? [{ level: 'ok', about, file: module, text: 'is up to date' }]
      : [{ level: 'wrong', about, file: module, text: `was built before ${changed[0]} was changed: npx tandem build` }];
  });
}
