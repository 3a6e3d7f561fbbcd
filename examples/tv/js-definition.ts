/** The JavaScript VM of the television: the five actors in TypeScript, and the page. A file of its own, so that the Wasm VM's worker loads neither. */
import { lazyJavaScriptActors } from 'tandem/actors';
import type { VmDefinition } from 'tandem/node';
import { openPage } from './app/page.js';
import { parties } from './application.js';
import type { PageOptions } from './page-options.js';

export const jsDefinitionOf = (page: PageOptions): VmDefinition => ({
  parties,
  actors: lazyJavaScriptActors,
  ports: (vm) => openPage(vm, page),
});
