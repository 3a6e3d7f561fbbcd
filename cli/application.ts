/** How commands name the application that they run again. */

/** The option of every command that runs actors. */
export const APP_OPTION = { app: { type: 'string' } } as const;
export const APP_HELP = `  --app MODULE        the application: a module that exports application; else "tandem": { "application": MODULE } in the nearest package.json,
                      or beside it src/tandem/definition.ts, which tandem codegen writes`;
