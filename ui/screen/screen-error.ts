/**
 * Why the picture cannot be changed so.
 *
 * property: a node has no such property. value: a property cannot have that value. absent: the node is not in the picture. present: it is, or was.
 * nodes, groups, layers: more than the scene or focus can take.
 */
export type ScreenFailure = 'property' | 'value' | 'absent' | 'present' | 'nodes' | 'groups' | 'layers';

/** Nothing was changed by the call that has thrown this. */
export class ScreenError extends Error {
  override readonly name = 'ScreenError';
  constructor(
    readonly code: ScreenFailure,
    problem: string,
  ) {
    super(problem);
  }
}
