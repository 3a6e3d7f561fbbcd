/**
 * The AssemblyScript compiler, in a process of its own. Plain JavaScript without a loader: the one that runs the build's TypeScript would take
 * half a minute for the compiler alone.
 *
 *   compile {words, root} ──> {problem, outputs, inputs}
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

process.on('message', async ({ words, root }) => {
  const outputs = new Map();
  const inputs = new Map();
  const { error, stderr } = await asc.main(words, {
    readFile: (name, folder) => {
      const file = resolve(root, folder, name);
      const text = existsSync(file) ? readFileSync(file, 'utf8') : null;
      inputs.set(relative(root, file), text);
      return text;
    },
    writeFile: (name, contents) => void outputs.set(name, contents),
    listFiles: () => null,
  });
  process.send({ problem: error ? stderr.toString() || error.message : null, outputs, inputs });
});
