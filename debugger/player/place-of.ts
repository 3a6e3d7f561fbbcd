/** Where a function of the application comes from, as the engine's own debugger knows it. */
import { type Debugger, type InspectorNotification, type Runtime, Session } from 'node:inspector';
import type { FunctionPlace } from '../../host-shim/replay/cast.js';

/** Where the debugger finds the function. */
const KEY = Symbol.for('tandem.located');

/** @returns null when the engine does not say it */
export function placeOf(method: unknown): FunctionPlace | null {
  const session = new Session();
  session.connect();
  const scripts = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }: InspectorNotification<Debugger.ScriptParsedEventDataType>) => {
    scripts.set(params.scriptId, params.url);
  });
  const place = globalThis as { [KEY]?: unknown };
  place[KEY] = method;
  try {
    session.post('Debugger.enable');
    const found = locationIn(session);
    const script = found && scripts.get(found.scriptId);
    return script ? { script, line: found.lineNumber, column: found.columnNumber ?? 0 } : null;
  } finally {
    delete place[KEY];
    session.disconnect();
  }
}

/** Answers come before the calls return, since the session is of this thread. */
function locationIn(session: Session): Debugger.Location | undefined {
  let found: Debugger.Location | undefined;
  const take = (_: Error | null, answer?: Runtime.GetPropertiesReturnType) => {
    const location = answer?.internalProperties?.find(({ name }) => name === '[[FunctionLocation]]');
    found = location?.value?.value as Debugger.Location | undefined;
  };
  session.post('Runtime.evaluate', { expression: "globalThis[Symbol.for('tandem.located')]" }, (_, answer) => {
    const objectId = answer?.result.objectId;
    if (objectId !== undefined) session.post('Runtime.getProperties', { objectId, ownProperties: true }, take);
  });
  return found;
}
