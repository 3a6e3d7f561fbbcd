/** The folder with the built modules of the five actors, found by the name of the installed runtime. */
export const GUESTS = new URL('./', import.meta.resolve('tandem/guests/scene.wasm'));
