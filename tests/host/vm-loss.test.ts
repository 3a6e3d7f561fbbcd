import { mortalNode } from './mortal-node.js';
import { vmLossSuite } from './vm-loss.js';

vmLossSuite('Node', mortalNode);
