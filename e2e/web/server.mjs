// The binary as a server in a folder of its own, and a model that says what a test wants it to say.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Server {
  /** @param {Record<string, string>} [env] */
  static async start(env = {}) {
    const server = new Server();
    server.folder = mkdtempSync(join(tmpdir(), 'arena-web-'));
    server.env = env;
    await server.run('127.0.0.1:0');
    return server;
  }

  async run(listen) {
    this.log = '';
    this.process = spawn(process.env.ARENA, ['serve', '--listen', listen, '--rate', '0', '--json'], {
      cwd: this.folder, env: { PATH: process.env.PATH, HOME: this.folder, LANG: 'C.UTF-8', ...this.env }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stderr.on('data', text => (this.log += text));
    this.url = await new Promise((found, failed) => {
      let out = '';
      this.process.stdout.on('data', text => {
        out += text;
        if (out.includes('\n')) found(JSON.parse(out.split('\n')[0]).url);
      });
      this.process.once('exit', code => failed(new Error(`the server ended with ${code}: ${this.log}`)));
    });
  }

  /** Ends it as a power cut would, and starts it again at the same place. */
  async crash(pause = 0) {
    await this.end('SIGKILL');
    await new Promise(go => setTimeout(go, pause));
    await this.run(new URL(this.url).host);
  }

  async end(signal) {
    const gone = new Promise(go => this.process.once('exit', go));
    this.process.kill(signal);
    await gone;
  }

  async stop() {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param {string} what `GET /matches` @param {unknown} [body] */
  async api(what, body) {
    const [method, path] = what.split(' ');
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** Begins a match of mocks, which goes the same way every time; the number of it. */
  async begin(wanted = {}) {
    return (await this.api('POST /matches', { scenario: 'inbox', rounds: 3, seed: '7', ...wanted })).id;
  }

  /** Waits until the match is so far. */
  async until(id, status) {
    for (;;) {
      const match = await this.api(`GET /matches/${id}`);
      if (match.status === status) return match;
      await new Promise(go => setTimeout(go, 50));
    }
  }
}

/** A server with OpenAI's API that says one thing after the other: a text, or a call of a tool `[name, arguments]`. */
export async function script(says) {
  const rest = [...says];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const say = rest.shift() ?? 'That is all.';
      const called = () => ({ name: say[0], arguments: JSON.stringify(say[1]) });
      const call = Array.isArray(say)
        && { tool_calls: [{ index: 0, id: `call-${rest.length}`, type: 'function', function: called() }] };
      const events = [
        { choices: [{ index: 0, delta: call || { content: say } }] },
        { choices: [{ index: 0, delta: {}, finish_reason: call ? 'tool_calls' : 'stop' }] },
        { choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } },
      ];
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end([...events.map(event => JSON.stringify(event)), '[DONE]'].map(event => `data: ${event}\n\n`).join(''));
    });
  });
  await new Promise(go => server.listen(0, '127.0.0.1', go));
  return { url: `http://127.0.0.1:${server.address().port}/v1`, stop: () => server.close() };
}
