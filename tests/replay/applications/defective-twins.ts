/** The television's actors in JavaScript with a defect of focus: after Back it is not where it was. */
import type { ActorFactory } from '../../../actors/contract/instance.js';
import { javaScriptActorFactory } from '../../../actors/model/javascript-instance.js';
import { Focus } from '../../../js-actors/focus.js';
import { javaScriptActors } from '../../../js-actors/index.js';
import { focus } from '../../../protocol/generated/focus.js';
import { tandemParties } from '../../../protocol/generated/index.js';

/** Leaves a wish alone that comes when what had focus by a wish is gone, or about to be: as it is after Back. */
class DefectiveFocus extends Focus {
  override onFocus(wish: Parameters<Focus['onFocus']>[0]): void {
    const { cause, granted } = this.snapshot();
    if (cause !== 'lost' && granted === 0) super.onFocus(wish);
  }
}

export const defectiveTwins: readonly ActorFactory[] = [
  ...javaScriptActors.filter(({ schema }) => schema.name !== focus.name),
  javaScriptActorFactory(focus, () => new DefectiveFocus(), tandemParties),
];
