/**
 * Who may ask the server of a debugger. Every web page may send requests to this machine, so nothing is given before all of this holds:
 *
 *   Host     is this machine's, or a page could reach the server by a name of its own that leads here (DNS rebinding)
 *   Origin   is the server's own, where a browser says one; an application may also come from another address of this machine
 *   token    128 bits, one for who looks on, and another for who is looked at: who has that one alone sees nothing
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Role } from './guard-role.js';

/** 128 bits. */
const TOKEN_BYTES = 16;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])$/;

export interface Refusal {
  readonly status: number;
  readonly why: string;
}

export class Guard {
  private readonly tokens: Readonly<Record<Role, string>> = { viewer: newToken(), application: newToken() };

  /**
   * @param hosts by which the server is reached besides the loopback address, without a port
   * @param origins of applications besides those of this machine, as `http://10.0.0.2:5173`
   */
  constructor(
    private readonly hosts: readonly string[],
    private readonly origins: readonly string[],
  ) {}

  /** The query of a request, which stands after its path. */
  queryOf(role: Role): string {
    return `?token=${this.tokens[role]}`;
  }

  /** @returns why the request comes from somewhere else; null when it may ask for what is no secret */
  strange({ headers }: IncomingMessage): Refusal | null {
    return this.isOwnHost(headers.host) ? null : { status: 403, why: 'not for this host name' };
  }

  /** @returns why this one may not ask as what it says to be */
  refuses(role: Role, { headers }: IncomingMessage, query: URLSearchParams): Refusal | null {
    const { origin, host } = headers;
    if (origin !== undefined && !this.isOwnOrigin(role, origin, host))
      return { status: 403, why: `not for pages of ${origin}; --origin lets applications come from there` };
    if (headers['sec-fetch-site'] === 'cross-site' && role === 'viewer') return { status: 403, why: 'not for other pages' };
    if (isEqual(query.get('token') ?? '', this.tokens[role])) return null;
    return { status: 401, why: 'the token is missing, or is not that of this server' };
  }

  private isOwnHost(host = ''): boolean {
    const [, name] = /^(.+?)(?::\d+)?$/.exec(host) ?? [];
    return name !== undefined && (LOOPBACK.test(name) || this.hosts.includes(name));
  }

  private isOwnOrigin(role: Role, origin: string, host: string | undefined): boolean {
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (url?.host === host) return true;
    return role === 'application' && url !== null && (LOOPBACK.test(url.hostname) || this.origins.includes(url.origin));
  }
}

const newToken = (): string => randomBytes(TOKEN_BYTES).toString('hex');

/** In the same time, whatever is wrong. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
