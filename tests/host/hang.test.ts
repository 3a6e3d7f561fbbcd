import { hangSuite } from './hang.js';
import { mortalNode } from './mortal-node.js';

hangSuite('Node', mortalNode);
