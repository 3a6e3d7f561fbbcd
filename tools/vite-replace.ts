/**
 * What a page does in development when an actor's code has changed: the running application goes on with the new code. It is added to the
 * generated way in, which knows how the application was started.
 */

/** The plugin tells the page which actors are to go on with what a module exports. */
export const REPLACE_EVENT = 'tandem:replace';
/** The page tells what could not go on, and why. */
export const REFUSED_EVENT = 'tandem:refused';

export interface Replacement {
  readonly actors: readonly string[];
  /** Address of the application's definition, another one each time. */
  readonly module: string;
}

export interface Refusal {
  readonly actor: string;
  readonly reason: string;
}

const START = 'export const start = ';

/** @param text of the generated way in @returns null when it starts nothing */
export function withReplacement(text: string): string | null {
  if (!text.includes(START)) return null;
  return `${text.replace(START, 'const startTandem = ')}
let running = null;
export const start = async (options = {}) => (running = await startTandem(options));
if (import.meta.hot) {
  import.meta.hot.on('${REPLACE_EVENT}', async ({ actors, module }) => {
    for (const actor of running ? actors : []) {
      try {
        await running.system.replaceActor(actor, new URL(module, location.origin).href);
        console.info(\`[tandem] \${actor} goes on with the code that was saved\`);
      } catch (error) {
        const reason = [error.message, error.cause?.message].filter(Boolean).join(': ');
        import.meta.hot.send('${REFUSED_EVENT}', { actor, reason });
      }
    }
  });
}
`;
}
