/** Version of the frame and of the rules of docs/PROTOCOL.md, for both languages. Schemas evolve within a version, by appending. */
export const PROTOCOL_VERSION = 1;
/** Version of the runtime, as in package.json. */
export const RUNTIME_VERSION = '0.1.0';
