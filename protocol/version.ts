/** Version of the frame and of the rules of docs/PROTOCOL.md, for both languages. Schemas evolve within a version, by appending. */
export const PROTOCOL_VERSION = 1;
