/** Someone who has the package: every way in, by its name. Prints what each gives. */
import * as model from 'tandem';
import * as actors from 'tandem/actors';
import * as browser from 'tandem/browser';
import * as bus from 'tandem/bus';
import * as node from 'tandem/node';
import * as protocol from 'tandem/protocol';
import * as testing from 'tandem/testing';

const entries = {
  tandem: model,
  'tandem/protocol': protocol,
  'tandem/bus': bus,
  'tandem/node': node,
  'tandem/browser': browser,
  'tandem/testing': testing,
  'tandem/actors': actors,
};

console.log(JSON.stringify(Object.fromEntries(Object.entries(entries).map(([name, exports]) => [name, Object.keys(exports).sort()]))));
