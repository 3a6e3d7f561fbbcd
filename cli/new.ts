/** `tandem new`: the files of an actor. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { jsonText } from '../debugger/player/json-text.js';
import { newGuest } from '../tools/new-guest.js';
import { ownPackageName } from '../tools/own-package.js';
import { readSettings, SETTINGS_FILE } from '../tools/settings.js';
import { newActor, wrongName } from '../tools/templates.js';
import { type Command, EXIT, type ExitCode, type Output, UsageError } from './command.js';
import { textOption } from './values.js';

const HELP = `tandem new NAME [--wasm] [--root FOLDER] [--json]

Writes an actor that adds up, for you to change: its schema and twin in TypeScript, with --wasm the twin in AssemblyScript beside it, and a
test of what they promise. Nothing is overwritten. npx tandem build then gives it numbers and codecs.

  --wasm              with a twin in AssemblyScript; where NAME.ts is there already, only that twin, with handlers for you to fill in
  --root FOLDER       of the application; this one when not given
  --json              one object: files, the paths that were written

Exit code 0 when the files are written, 1 when one of them is there already (then none is written), 2 for a name that no actor can have.

Example: npx tandem new basket --wasm`;

export const newCommand: Command = {
  name: 'new',
  summary: 'the files of a new actor',
  help: HELP,
  options: { wasm: { type: 'boolean', default: false }, root: { type: 'string' } },
  async run({ values, positionals, json, output }) {
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) throw new UsageError('tandem new takes one name, as basket');
    const wrong = wrongName(name);
    if (wrong !== null) throw new UsageError(wrong);
    const root = resolve(textOption(values.root) ?? '.');
    const folder = actorsFolder(root);
    const wasm = values.wasm === true;
    if (wasm && existsSync(join(root, `${folder}/${name}.ts`)) && !existsSync(join(root, `${folder}/${name}.wasm.ts`)))
      return addGuest({ root, folder, name, json, output });
    const texts = newActor({ name, folder, wasm, library: ownPackageName() });
    const there = [...texts.keys()].filter((path) => existsSync(join(root, path)));
    if (there.length) {
      output.note(`${there.join(' and ')} ${there.length > 1 ? 'are' : 'is'} there already: nothing was written`);
      return EXIT.found;
    }
    for (const [path, text] of texts) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text, { flag: 'wx' });
    }
    if (json) output.line(jsonText({ files: [...texts.keys()] }));
    else {
      for (const path of texts.keys()) output.line(`wrote ${path}`);
      output.note('next: npx tandem build, then npx vitest run');
    }
    return EXIT.fine;
  },
};

interface Place {
  readonly root: string;
  readonly folder: string;
  readonly name: string;
  readonly json: boolean;
  readonly output: Output;
}

/** The twin of an actor that is there already. */
async function addGuest({ root, folder, name, json, output }: Place): Promise<ExitCode> {
  const { problems, file } = await newGuest(root, folder, name);
  if (!file) {
    for (const problem of problems) output.line(`${problem.file}: ${problem.text}`);
    output.note('nothing was written');
    return EXIT.found;
  }
  const [path, text] = file;
  await writeFile(join(root, path), text, { flag: 'wx' });
  if (json) output.line(jsonText({ files: [path] }));
  else {
    output.line(`wrote ${path}`);
    output.note('fill in its handlers, and then: npx tandem build');
  }
  return EXIT.fine;
}

/** @throws UsageError */
function actorsFolder(root: string): string {
  const file = join(root, SETTINGS_FILE);
  const { settings, problems } = readSettings(existsSync(file) ? readFileSync(file, 'utf8') : null);
  if (problems.length) throw new UsageError(`${SETTINGS_FILE}: ${problems[0].text}`);
  return settings.actors;
}
