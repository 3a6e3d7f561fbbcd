async function fetched(url: URL): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return response;
}

/** @throws when the server does not answer with the file */
export async function load(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetched(url)).arrayBuffer());
}

/**
 * What compiles is loaded beside the first guest: a page without guests does without.
 * @throws when the server does not answer with the file, or the file is no guest
 */
export async function compile(url: URL): Promise<WebAssembly.Module> {
  const [response, { compileAnswer }] = await Promise.all([fetched(url), import('./compile.js')]);
  return compileAnswer(response, url);
}
