/**
 * Which URLs name the same thing at a server, to know what a change makes invalid (RFC 9111, 4.4). Upper and lower case of scheme and
 * host, default ports, dot segments and fragments make no difference. The catch: only the fetch port knows what a relative URL is
 * relative to, so a URL without an origin matches any origin.
 */
export class Target {
  constructor(
    /** For example `https://tv.example`, in lower case; empty when the URL has none. */
    readonly origin: string,
    /** Path and query. */
    readonly path: string,
  ) {}
}

export function targetOf(url: string): Target {
  const whole = before(url, '#');
  const at = originLength(whole);
  return new Target(canonicalOrigin(whole.slice(0, at)), canonicalPath(whole.slice(at), at > 0));
}

/** Resolves a reference in an answer (Location, Content-Location). @param base the requested URL (RFC 3986, 5.2) */
export function resolve(reference: string, base: Target): Target {
  const whole = before(reference, '#');
  if (originLength(whole) > 0) {
    const target = targetOf(whole);
    if (!whole.startsWith('//')) return target;
    return new Target(base.origin.slice(0, max(0, base.origin.indexOf('//'))) + target.origin, target.path);
  }
  const path = before(base.path, '?');
  if (whole == '') return base;
  if (whole.startsWith('?')) return new Target(base.origin, path + whole);
  const merged = whole.startsWith('/') ? whole : path.slice(0, path.lastIndexOf('/') + 1) + whole;
  return new Target(base.origin, canonicalPath(merged, false));
}

export function isSameOrigin(one: Target, other: Target): bool {
  return one.origin == other.origin || one.origin == '' || other.origin == '';
}

export function isAmong(targets: Target[], url: string): bool {
  const one = targetOf(url);
  for (let i = 0; i < targets.length; i++) if (targets[i].path == one.path && isSameOrigin(targets[i], one)) return true;
  return false;
}

function before(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? text : text.slice(0, at);
}

/** Number of characters of scheme and authority; 0 when the URL begins with neither. */
function originLength(url: string): i32 {
  const slashes = url.indexOf('//');
  if (slashes < 0 || (slashes > 0 && !isScheme(url.slice(0, slashes)))) return 0;
  let at = slashes + 2;
  while (at < url.length && url.charCodeAt(at) != 0x2f && url.charCodeAt(at) != 0x3f) at++;
  return at;
}

/** True for a scheme with its colon. */
function isScheme(text: string): bool {
  const last = text.length - 1;
  for (let i = 0; i < last; i++) {
    const code = text.charCodeAt(i);
    const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
    const isOther = (code >= 48 && code <= 57) || code == 43 || code == 45 || code == 46;
    if (!isLetter && (i == 0 || !isOther)) return false;
  }
  return last > 0 && text.charCodeAt(last) == 0x3a;
}

function canonicalOrigin(origin: string): string {
  const lower = inLowerCase(origin);
  const port = lower.startsWith('https:') ? ':443' : lower.startsWith('http:') ? ':80' : ':';
  if (lower.endsWith(port)) return lower.slice(0, lower.length - port.length);
  return lower.endsWith(':') ? lower.slice(0, lower.length - 1) : lower;
}

/** Changes ASCII letters only: scheme and host have no others. */
function inLowerCase(text: string): string {
  let lower = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 65 || code > 90) continue;
    lower += text.slice(from, i) + String.fromCharCode(code + 32);
    from = i + 1;
  }
  return from == 0 ? text : lower + text.slice(from);
}

/** Removes the segments `.` and `..`; an absolute URL's path begins with a slash. */
function canonicalPath(whole: string, isAbsolute: bool): string {
  const path = before(whole, '?');
  const query = whole.slice(path.length);
  if (!path.startsWith('/')) return isAbsolute ? '/' + whole : whole;
  if (path.indexOf('/.') < 0) return whole;
  const segments = path.slice(1).split('/');
  const kept: string[] = [];
  for (let i = 0; i < segments.length; i++) {
    const isLast = i == segments.length - 1;
    const isDots = segments[i] == '.' || segments[i] == '..';
    if (segments[i] == '..' && kept.length > 0) kept.pop();
    if (!isDots) kept.push(segments[i]);
    else if (isLast) kept.push('');
  }
  return '/' + kept.join('/') + query;
}
