/** `tandem create`: a new application in a folder of its own. */
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { jsonText } from '../debugger/player/json-text.js';
import { newApplication, wrongApplicationName } from '../tools/new-application.js';
import { ownPackageName, ownSource, versionsForApplications } from '../tools/own-package.js';
import { type Command, EXIT, UsageError } from './command.js';
import { textOption } from './values.js';

const HELP = `tandem create FOLDER [--from SOURCE] [--json]

Writes an application into a new or empty folder: a page with a counter that has a twin in TypeScript and one in AssemblyScript, and tests.
It asks nothing, and installs nothing: npm install does.

  --from SOURCE       where npm gets this package from: a version, or file:tandem.tgz; the version that runs this command when not given
  --json              one object: folder, files (paths in it)

Exit code 0 when it is written, 1 when the folder has files already (then nothing is written), 2 for a name that no package can have.

Example: npx tandem create my-app && cd my-app && npm install && npm run dev`;

export const createCommand: Command = {
  name: 'create',
  summary: 'a new application',
  help: HELP,
  options: { from: { type: 'string' } },
  async run({ values, positionals, json, output }) {
    const [path] = positionals;
    if (path === undefined || positionals.length > 1) throw new UsageError('tandem create takes one folder, as my-app');
    const folder = resolve(path);
    const name = basename(folder);
    const wrong = wrongApplicationName(name);
    if (wrong !== null) throw new UsageError(wrong);
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      output.note(`${path} is not empty: nothing was written`);
      return EXIT.found;
    }
    const source = textOption(values.from) ?? ownSource();
    const texts = newApplication({ name, library: ownPackageName(), source, versions: versionsForApplications() });
    for (const [file, text] of texts) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text, { flag: 'wx' });
    }
    if (json) output.line(jsonText({ folder, files: [...texts.keys()] }));
    else {
      for (const file of texts.keys()) output.line(`wrote ${join(path, file)}`);
      output.note(`next: cd ${path} && npm install && npm run dev`);
    }
    return EXIT.fine;
  },
};
