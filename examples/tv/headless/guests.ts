/** The folder of the built modules of the five actors, by the name under which the runtime is installed. */
export const GUESTS = new URL('./', import.meta.resolve('tandem/guests/scene.wasm'));
