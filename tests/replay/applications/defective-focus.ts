/** The television with a defect of focus in JavaScript: after Back the focus is not where it was. */
import { application as television } from '../../../examples/tv/replay.js';
import type { ReplayApplication } from '../../../host-shim/replay/index.js';
import { defectiveTwins } from './defective-twins.js';

export const application: ReplayApplication = {
  ...television,
  javascript: defectiveTwins,
  guests: television.guests.map((guest) => ({
    ...guest,
    module: new URL(`../../../dist/wasm-actors/${guest.schema.name}.wasm`, import.meta.url),
    sourceMap: new URL(`../../../dist/wasm-actors/${guest.schema.name}.wasm.map`, import.meta.url),
  })),
};
