import { linkConformance } from './link-conformance.js';
import { linkKinds } from './links.js';
import { retentionConformance } from './retention-conformance.js';

for (const kind of linkKinds) {
  linkConformance(kind);
  retentionConformance(kind);
}
