/** Where a function of the application comes from, as the engine's own debugger knows it. */
import { type Debugger, type InspectorNotification, type Runtime, Session } from 'node:inspector';

/** Where the debugger finds the function. */
const KEY = Symbol.for('tandem.located');

/** @returns address of the script in which a function stands; null when the engine does not say it */
export function scriptOf(method: unknown): string | null {
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
    return scripts.get(scriptIdIn(session) ?? '') ?? null;
  } finally {
    delete place[KEY];
    session.disconnect();
  }
}

/** Answers come before the calls return, since the session is of this thread. */
function scriptIdIn(session: Session): string | undefined {
  let found: string | undefined;
  const take = (_: Error | null, answer?: Runtime.GetPropertiesReturnType) => {
    const location = answer?.internalProperties?.find(({ name }) => name === '[[FunctionLocation]]');
    found = (location?.value?.value as { readonly scriptId: string } | undefined)?.scriptId;
  };
  session.post('Runtime.evaluate', { expression: "globalThis[Symbol.for('tandem.located')]" }, (_, answer) => {
    const objectId = answer?.result.objectId;
    if (objectId !== undefined) session.post('Runtime.getProperties', { objectId, ownProperties: true }, take);
  });
  return found;
}
