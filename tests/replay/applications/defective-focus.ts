/** The television with a defect of focus in JavaScript: after Back the focus is not where it was. */
import { javaScriptActorFactory } from '../../../actors/model/javascript-instance.js';
import { application as television } from '../../../examples/tv/replay.js';
import type { ReplayApplication } from '../../../host-shim/replay/index.js';
import { Focus } from '../../../js-actors/focus.js';
import { focus } from '../../../protocol/generated/focus.js';

class DefectiveFocus extends Focus {
  override onFocus(wish: Parameters<Focus['onFocus']>[0]): void {
    if (this.snapshot().focused === 0) super.onFocus(wish);
  }
}

const others = television.javascript.filter(({ schema }) => schema.name !== focus.name);

export const application: ReplayApplication = {
  ...television,
  javascript: [...others, javaScriptActorFactory(focus, () => new DefectiveFocus(), television.parties)],
  guests: television.guests.map((guest) => ({
    ...guest,
    module: new URL(`../../../dist/wasm-actors/${guest.schema.name}.wasm`, import.meta.url),
    sourceMap: new URL(`../../../dist/wasm-actors/${guest.schema.name}.wasm.map`, import.meta.url),
  })),
};
