/**
 * The package as those see it who import it: its ways in resolve to what was built, and what each offers is compared with a golden
 * file, declaration by declaration. A change of the public API is a change of that file: `npx vitest run tests/public-api -u`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import ts from 'typescript6';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../tree/tree.js';

type Way = string | { readonly default: string };
const { exports: entries } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, Way> };
const modules = Object.entries(entries).flatMap(([entry, way]) => (typeof way === 'string' ? [] : [[entry, way.default] as const]));
const declarationsOf = (file: string): string => join(ROOT, file.replace(/\.js$/, '.d.ts'));

const program = ts.createProgram(
  modules.map(([, file]) => declarationsOf(file)),
  {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
    skipLibCheck: true,
  },
);
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

const resolved = (symbol: ts.Symbol): ts.Symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);

/** A class may be exported as a type: one that is handed out, and not made by who uses it. */
const isTypeOnly = (exported: ts.Symbol): boolean =>
  (exported.declarations ?? []).some((one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly));

/** Size of a bundle that parses placements: a tenth of what it has when every module of `tandem` is in it. */
const PLACEMENT_BYTES_MAX = 16 << 10;

/** A schema's type is its whole text, which the schema hash watches. */
const TYPE_LENGTH_MAX = 400;

function describeSymbol(exported: ts.Symbol): string[] {
  const symbol = resolved(exported);
  return (symbol.declarations ?? []).map((declaration) => {
    const text = printer.printNode(ts.EmitHint.Unspecified, declaration, declaration.getSourceFile()).replace(/^export (default )?/, '');
    if (!ts.isVariableDeclaration(declaration)) return text.replace(/\n\s*private [^\n]*/g, '');
    return `const ${text.length > TYPE_LENGTH_MAX ? symbol.name : text};`;
  });
}

function describeEntry(file: string): string {
  const source = program.getSourceFile(declarationsOf(file));
  const symbol = source && checker.getSymbolAtLocation(source);
  if (!symbol) throw new Error(`${file} has no declarations: it was not built`);
  const exported = checker.getExportsOfModule(symbol).sort((a, b) => (a.name < b.name ? -1 : 1));
  return exported.flatMap(describeSymbol).join('\n\n');
}

describe.each(modules)('%s', (entry, file) => {
  test('offers what the golden file says', async () => {
    const name = entry === '.' ? 'tandem' : entry.slice('./'.length);
    await expect(`${describeEntry(file)}\n`).toMatchFileSnapshot(`./golden/${name}.txt`);
  });
});

test('each resolves by its name, and gives in fact the values that it declares', () => {
  const given = JSON.parse(
    execFileSync(process.execPath, [join(ROOT, 'dist/tests/public-api/consumer.js')], { encoding: 'utf8', timeout: 30_000 }),
  );
  for (const [entry, file] of modules) {
    const symbol = checker.getSymbolAtLocation(program.getSourceFile(declarationsOf(file))!)!;
    const declared = checker.getExportsOfModule(symbol).filter((one) => resolved(one).flags & ts.SymbolFlags.Value && !isTypeOnly(one));
    expect(given[entry.replace('.', 'tandem')], entry).toEqual(declared.map(({ name }) => name).sort());
  }
});

test('a bundle has what it uses of a way in, and not the rest', async () => {
  const contents = "import { parsePlacement } from 'tandem'; console.log(parsePlacement('mixed', []));";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    write: false,
  });
  expect(outputFiles[0].text).not.toContain('class System');
  expect(outputFiles[0].contents.length).toBeLessThan(PLACEMENT_BYTES_MAX);
});

test('the Wasm actors are found by name', () => {
  const { resolve } = createRequire(import.meta.url);
  for (const name of ['scene', 'focus', 'history', 'metrics', 'network']) {
    expect(existsSync(resolve(`tandem/guests/${name}.wasm`)), name).toBe(true);
  }
});
