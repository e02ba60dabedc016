// Asks the API, and gives its answer or its problem document; never throws.

/** @typedef {{ pointer: string, detail: string, line?: number, column?: number }} Field */
/** @typedef {{ status: number, title: string, detail: string, code: string, errors?: Field[] }} ProblemDocument */
/** @typedef {{ status: number, value?: any, tag?: string, problem?: ProblemDocument }} Answer */

/**
 * @param {string} what the method and the address: `POST /api/v1/matches`
 * @param {{ body?: unknown, ifMatch?: string, token?: string, once?: string }} [how]
 * @returns {Promise<Answer>}
 */
export async function ask(what, { body, ifMatch, token, once } = {}) {
  const [method, address] = what.split(' ');
  try {
    const headers = new Headers({ accept: 'application/json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (ifMatch) headers.set('if-match', ifMatch);
    if (token) headers.set('authorization', `Bearer ${token}`);
    if (once) headers.set('idempotency-key', once);
    const response = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    const value = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
    const tag = response.headers.get('etag') ?? undefined;
    if (response.ok) return { status: response.status, value, tag };
    return { status: response.status, problem: value?.detail ? value : lost(`the server answered ${response.status}`) };
  } catch (error) {
    if (token && /[^!-~]/.test(token)) return { status: 0, problem: lost('a token has letters and digits alone: it was not copied whole, or more was') };
    return { status: 0, problem: lost('the server cannot be reached; what is on this page stays, try again') };
  }
}

/** @param {string} detail @returns {ProblemDocument} */
function lost(detail) {
  return { status: 0, title: 'No answer', detail, code: 'unreachable' };
}
