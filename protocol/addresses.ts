/** Addresses that no schema has: the runtimes of the VMs, which send what concerns the runtime itself. */
export const HOST_RUNTIME = 60;
export const JS_RUNTIME = 61;
export const WASM_RUNTIME = 62;
