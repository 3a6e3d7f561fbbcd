/** The examples of the reference as files beside what was built: written, type-checked all at once, and which public names they use. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript6';
import { ApplicationBuilder } from '../../tools/application-builder.js';
import { ROOT } from '../tree/tree.js';
import { type Example, pages } from './pages.js';

/** Below it the package's own name leads to what was built. */
export const FOLDER = join(ROOT, 'dist/reference');

/** @param folder that afterwards has them and nothing else */
export function writeExamples(folder = FOLDER): void {
  rmSync(folder, { recursive: true, force: true });
  for (const { path, text } of pages.flatMap(({ examples }) => examples)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const isGuest = ({ path }: Example): boolean => path.endsWith('.wasm.ts');

/** Compiles the guests among the examples, as an application does. Their modules are then beside the examples. @returns what is wrong */
export async function buildGuests(): Promise<string[]> {
  const guests = pages.flatMap(({ examples }) => examples.filter(isGuest));
  const root = join(FOLDER, 'application');
  mkdirSync(join(root, 'src/actors'), { recursive: true });
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(ROOT, join(root, 'node_modules/tandem'));
  for (const { path } of guests)
    for (const file of [path, path.replace('.wasm.ts', '.ts')]) copyFileSync(join(FOLDER, file), join(root, 'src/actors', file));
  const builder = new ApplicationBuilder({ root, debug: true });
  const { problems, compiled } = await builder.build();
  builder.end();
  for (const name of compiled) copyFileSync(join(root, `src/tandem/guests/${name}.wasm`), join(FOLDER, `${name}.wasm`));
  return problems.map(({ file, line, text }) => `${file}:${line} ${text}`);
}

type Way = string | { readonly default: string };

/** Declarations of each entry, by its name. */
function entryFiles(): ReadonlyMap<string, string> {
  const { exports: entries } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { exports: Record<string, Way> };
  return new Map(
    Object.entries(entries).flatMap(([entry, way]) =>
      typeof way === 'string' ? [] : [[entry.replace('.', 'tandem'), join(ROOT, way.default.replace(/\.js$/, '.d.ts'))] as const],
    ),
  );
}

/** The examples as a strict application would compile them. */
export class ExamplesProgram {
  private readonly entries = entryFiles();
  private readonly files = pages.flatMap(({ path, examples }) =>
    examples.filter((example) => !isGuest(example)).map((example) => ({ page: path, file: join(FOLDER, example.path) })),
  );
  private readonly program = ts.createProgram([...this.entries.values(), ...this.files.map(({ file }) => file)], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: ['node'],
    strict: true,
    noImplicitOverride: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    skipLibCheck: true,
    verbatimModuleSyntax: true,
    rootDir: ROOT,
  });
  private readonly checker = this.program.getTypeChecker();

  /** @returns what does not compile, with its line in its page */
  problems(): string[] {
    return this.files.flatMap(({ page, file }) => {
      const source = this.program.getSourceFile(file) as ts.SourceFile;
      const found = [...this.program.getSyntacticDiagnostics(source), ...this.program.getSemanticDiagnostics(source)];
      return found.map(({ start = 0, messageText }) => {
        const line = source.getLineAndCharacterOfPosition(start).line + 1;
        return `${page}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      });
    });
  }

  /** Writes each as JavaScript beside it. */
  emit(): void {
    for (const { file } of this.files) this.program.emit(this.program.getSourceFile(file), (path, text) => writeFileSync(path, text));
  }

  get entryNames(): readonly string[] {
    return [...this.entries.keys()];
  }

  namesOf(entry: string): readonly string[] {
    return this.exportsOf(entry).map(({ name }) => name);
  }

  /** @returns names of an entry that no example imports: under this name, from whatever entry gives the same */
  unused(entry: string): string[] {
    const used = this.used();
    return this.exportsOf(entry)
      .filter((symbol) => !used.has(`${symbol.name} ${this.placeOf(symbol)}`))
      .map(({ name }) => name);
  }

  private exportsOf(entry: string): ts.Symbol[] {
    const source = this.program.getSourceFile(this.entries.get(entry) ?? '');
    const symbol = source && this.checker.getSymbolAtLocation(source);
    if (!symbol) throw new Error(`${entry} is no entry, or was not built`);
    return this.checker.getExportsOfModule(symbol);
  }

  private placeOf(symbol: ts.Symbol): string {
    const { declarations = [] } = symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    return declarations.map((one) => `${one.getSourceFile().fileName}:${one.pos}`).join(' ');
  }

  private used(): ReadonlySet<string> {
    const names = this.files.flatMap(({ file }) => {
      const source = this.program.getSourceFile(file) as ts.SourceFile;
      const imports = source.statements.filter(ts.isImportDeclaration);
      return imports.flatMap(({ importClause }) => {
        const bindings = importClause?.namedBindings;
        return bindings && ts.isNamedImports(bindings) ? [...bindings.elements] : [];
      });
    });
    return new Set(
      names.map((element) => {
        const symbol = this.checker.getSymbolAtLocation(element.name) as ts.Symbol;
        return `${(element.propertyName ?? element.name).text} ${this.placeOf(symbol)}`;
      }),
    );
  }
}
