/** Someone who has the package: every way in, by its name. Prints what each gives. */
import * as tandem from 'tandem';
import * as actor from 'tandem/actor';
import * as actors from 'tandem/actors';
import * as browser from 'tandem/browser';
import * as browserWorker from 'tandem/browser/worker';
import * as codec from 'tandem/codec';
import * as looking from 'tandem/debugger';
import * as node from 'tandem/node';
import * as nodeWorker from 'tandem/node/worker';
import * as protocol from 'tandem/protocol';
import * as react from 'tandem/react';
import * as replay from 'tandem/replay';
import * as schema from 'tandem/schema';
import * as screen from 'tandem/screen';
import * as solid from 'tandem/solid';
import * as testing from 'tandem/testing';
import * as tools from 'tandem/tools';
import * as trace from 'tandem/trace';
import * as vite from 'tandem/vite';

const entries = {
  tandem,
  'tandem/actor': actor,
  'tandem/schema': schema,
  'tandem/codec': codec,
  'tandem/protocol': protocol,
  'tandem/node': node,
  'tandem/node/worker': nodeWorker,
  'tandem/browser': browser,
  'tandem/browser/worker': browserWorker,
  'tandem/react': react,
  'tandem/replay': replay,
  'tandem/solid': solid,
  'tandem/screen': screen,
  'tandem/testing': testing,
  'tandem/trace': trace,
  'tandem/actors': actors,
  'tandem/tools': tools,
  'tandem/debugger': looking,
  'tandem/vite': vite,
};

console.log(JSON.stringify(Object.fromEntries(Object.entries(entries).map(([name, exports]) => [name, Object.keys(exports).sort()]))));
