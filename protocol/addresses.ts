/** Addresses outside of all schemas: the runtimes of the VMs, which send messages about the runtime itself. */
export const HOST_RUNTIME = 60;
export const JS_RUNTIME = 61;
export const WASM_RUNTIME = 62;
export const PAINTER_RUNTIME = 59;
