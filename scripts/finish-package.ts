/**
 * The last step of what is published, in `dist/`: nothing of a source that is no more, and as-bind inside of the one file that imports it,
 * because its peer is a compiler of AssemblyScript that is not ours.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** What one source is compiled to. */
const COMPILED = /\.(?:js|js\.map|d\.ts)$/;

/** @returns the files that were removed, from the root */
function removeOutlived(root: string, folders: readonly string[]): string[] {
  const compiled = folders.flatMap((folder) =>
    readdirSync(join(root, 'dist', folder), { recursive: true, encoding: 'utf8' })
      // A bundled page has no source of the same name.
      .filter((name) => COMPILED.test(name) && !name.startsWith('site'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
  );
  const outlived = compiled.filter((path) => !existsSync(join(root, path.replace(COMPILED, '.ts'))));
  for (const path of outlived) rmSync(join(root, 'dist', path));
  return outlived;
}

/** Files that import a package which an installation does not have, and that package. */
const BUNDLED = { file: 'host-shim/wasm/as-bind.js', package: 'as-bind' };

/** Done once: what is bundled already imports it no more. */
async function bundleIn(root: string): Promise<void> {
  const outfile = join(root, 'dist', BUNDLED.file);
  const licence = readFileSync(join(root, 'node_modules', BUNDLED.package, 'LICENSE'), 'utf8').trim();
  await build({
    entryPoints: [outfile],
    outfile,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    sourcemap: true,
    banner: { js: `/*! Contains ${BUNDLED.package}:\n\n${licence}\n*/` },
    logLevel: 'warning',
  });
}

/**
 * @param folders of the package's TypeScript, from the root
 * @returns what was done
 */
export async function finishPackage(root: string, folders: readonly string[]): Promise<string[]> {
  const outlived = removeOutlived(root, folders);
  const inside = readFileSync(join(root, 'dist', BUNDLED.file), 'utf8').includes('/*! Contains');
  if (!inside) await bundleIn(root);
  return [...outlived.map((path) => `removed dist/${path}`), ...(inside ? [] : [`${BUNDLED.package} into dist/${BUNDLED.file}`])];
}
