/** A server that often fails, in place of a real one: `fetch` as the fetch port calls it. */
let calls = 0;

export const callsSoFar = (): number => calls;

export const flakyFetch: typeof fetch = async (_address, _init) => {
  calls++;
  await new Promise((later) => setTimeout(later, 50));
  // Two of three requests fail.
  if (calls % 3 !== 0) return new Response('try again', { status: 503 });
  return Response.json({ weather: 'rain, then sun', call: calls });
};
