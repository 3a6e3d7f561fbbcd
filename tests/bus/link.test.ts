import { linkConformance } from './link-conformance.js';
import { linkKinds } from './links.js';

for (const kind of linkKinds) linkConformance(kind);
