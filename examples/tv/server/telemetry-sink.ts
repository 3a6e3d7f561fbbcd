/** A minimal telemetry backend: takes OTLP/HTTP JSON on `/v1/metrics` and `/v1/logs`, and shows the last of each on GET. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A flush of metrics is far below this bound. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const PATHS: readonly string[] = ['/v1/metrics', '/v1/logs'];

export class TelemetrySink {
  private readonly last = new Map<string, string>();

  /** @returns false when the path belongs to somebody else */
  answer(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (!PATHS.includes(path)) return false;
    if (request.method === 'POST') void this.take(path, request, response);
    else respond(response, 200, this.last.get(path) ?? '{}');
    return true;
  }

  private async take(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      JSON.parse(body);
      this.last.set(path, body);
      respond(response, 200, '{}');
    } catch (error) {
      respond(response, 400, JSON.stringify({ message: String(error) }));
    }
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > BODY_BYTES_MAX) throw new RangeError(`more than ${BODY_BYTES_MAX} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const respond = (response: ServerResponse, status: number, body: string): void =>
  void response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
