/** Prints where an actor of an application handles `add`: node handler-line.mjs FOLDER ACTOR. It runs what was built. */
import { join } from 'node:path';
import { loadCast } from '../../dist/debugger/player/application.js';
import { handlerLine } from '../../dist/host-shim/replay/handler-line.js';

const [folder, actor] = process.argv.slice(2);
const cast = await loadCast(join(folder, 'src/tandem/definition.ts'));
console.log(await handlerLine(cast, actor, 'js', `${actor}.add`));
