// Every page in a browser: looked at empty and full, light and dark, wide and narrow; forms filled, wrong input shown in
// place, two tabs that change the same agent, keys alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';

import { Browser, picture, violations } from './browser.mjs';
import { Server } from './server.mjs';

const PAGES = {
  dashboard: '/', matches: '/matches', 'new-match': '/matches/new', leaderboard: '/leaderboard', heatmap: '/heatmap', scenarios_heat: '/heatmap?by=scenario',
  compare: '/compare', agents: '/agents', agent: '/agents/mine', 'agent-diff': '/agents/mine?rev=2&against=1',
  'agent-edit': '/agents/mine/edit', scenarios: '/scenarios', scenario: '/scenarios/support-desk',
  'new-scenario': '/create/scenario', 'new-agent': '/create/agent', approvals: '/approvals', reports: '/reports', audit: '/audit', settings: '/settings',
  missing: '/nothing',
};
const LOOKS = [[1280, 'light'], [1280, 'dark'], [390, 'light'], [390, 'dark']];
const EMPTY = ['dashboard', 'matches', 'leaderboard', 'heatmap', 'compare', 'approvals', 'reports', 'audit'];
const MAX_NODES = 1500;

const agent = (summary, name = 'mine') => `name = "${name}"\nseat = "target"\nsummary = "${summary}"\nprompt = "Be brief."\n`;

let browser;
let server;

before(async () => {
  browser = await Browser.start();
  server = await Server.start();
});

after(async () => {
  await browser.stop();
  await server.stop();
});

test.afterEach(() => browser.forget());

/** Looks at pages, by their names, in all the ways that somebody may. */
async function look(pages, suffix = '') {
  for (const [width, colorScheme] of LOOKS) {
    const page = await browser.open(server.url, { width, colorScheme });
    for (const [name, path] of Object.entries(pages)) {
      page.problems.length = 0;
      await page.goto(server.url + path);
      const where = `${name}${suffix} ${width} ${colorScheme}`;
      const { wide, nodes, headings, hidden } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth,
        nodes: document.querySelectorAll('*').length,
        headings: document.querySelectorAll('h1').length,
        hidden: /[\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText),
      }));
      assert.ok(wide <= width, `${where}: it is ${wide} pixels wide`);
      assert.ok(nodes < MAX_NODES, `${where}: it has ${nodes} nodes`);
      assert.equal(headings, 1, `${where}: headings`);
      assert.ok(!hidden, `${where}: it shows characters that hide or turn text around`);
      assert.deepEqual(await violations(page), [], where);
      const problems = page.problems.filter(problem => !(name === 'missing' && problem.includes('404')));
      assert.deepEqual(problems, [], where);
      await picture(page, `${name}${suffix}-${width}-${colorScheme}`);
    }
    await browser.forget();
  }
}

test('pages before the first match say what to do next', { timeout: 300_000 }, async () => {
  await look(Object.fromEntries(EMPTY.map(name => [name, PAGES[name]])), '-empty');
});

test('the first match is one click away, and is seen live', async () => {
  const page = await browser.open(server.url);
  await page.getByRole('button', { name: 'Watch a first match' }).click();
  await page.waitForURL(/\/matches\/\w{26}/);
  await page.getByText('Round 2').first().waitFor();
  assert.deepEqual(page.problems, []);
});

test('pages of an arena that was played in', { timeout: 600_000 }, async () => {
  await server.api('POST /agents', { source: agent('First \\u202Eword <img src=x onerror=alert(1)>') });
  const headers = { 'content-type': 'application/json', 'if-match': '"1"' };
  await fetch(`${server.url}/api/v1/agents/mine`, { method: 'PUT', headers, body: JSON.stringify({ source: agent('Second word') }) });
  for (const [label, blue] of [['off', 'none'], ['on', 'guard']]) {
    for (const scenario of ['support-desk', 'inbox', 'repository']) {
      await server.until(await server.begin({ scenario, rounds: 10, label, blue }), 'completed');
    }
  }
  await fetch(`${server.url}/api/v1/matches`, { headers: { host: 'x', origin: 'http://evil.example' } });
  await look({ ...PAGES, compared: '/compare?base=off&new=on' });
});

test('a match begins from the form, and wrong input is shown where it is', async () => {
  const page = await browser.open(`${server.url}/matches/new?scenario=inbox`);
  await page.getByText(/Roughly \d+ model calls/).waitFor();
  await page.getByLabel('Model calls').fill('many');
  await page.getByLabel('Rest between rounds').fill('99999999999');
  await page.getByRole('button', { name: 'Begin the match' }).click();
  await page.locator('[name="delay_ms"][aria-invalid="true"], [name="budget/calls"][aria-invalid="true"]').first().waitFor();
  assert.equal(await page.getByLabel('Model calls').inputValue(), 'many', 'what was written is lost');
  const message = await page.locator('.error').first().textContent();
  assert.ok(message && message.length > 10, message);
  assert.deepEqual((await violations(page)), []);
  await picture(page, 'new-match-wrong-1280-light');
  await page.getByLabel('Model calls').fill('50');
  await page.getByLabel('Rest between rounds').fill('0');
  await page.getByLabel('Rounds', { exact: true }).fill('2');
  await page.getByRole('button', { name: 'Begin the match' }).click();
  await page.waitForURL(/\/matches\/\w{26}/);
  const id = page.url().split('/matches/')[1].slice(0, 26);
  const match = await server.until(id, 'completed');
  assert.equal(match.n_rounds, 2);
  assert.equal(match.scenario, 'inbox');
  assert.deepEqual(page.problems.filter(problem => !problem.includes('422')), []);
});

test('what is wrong in a part that is folded away is shown', async () => {
  const page = await browser.open(`${server.url}/matches/new`);
  await page.getByText('Seed and label').click();
  await page.getByLabel('Label', { exact: true }).fill('No Name');
  await page.getByText('Seed and label').click();
  await page.getByRole('button', { name: 'Begin the match' }).click();
  await page.locator('#label[aria-invalid="true"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'label');
});

test('a list says when its server is gone', async () => {
  const own = await Server.start();
  const page = await browser.open(`${own.url}/approvals`, { losesServer: true });
  await page.waitForFunction(() => window.sockets.some(socket => socket.readyState === 1));
  await own.end('SIGKILL');
  await page.getByText('The server does not answer: what is shown is of').waitFor();
  await own.run(new URL(own.url).host);
  await page.getByText('Something changed: load the page again').waitFor();
  assert.deepEqual(page.problems, []);
  await own.stop();
});

test('an agent is changed in two tabs, and nothing is lost', async () => {
  await server.api('POST /agents', { source: agent('Written first', 'shared') });
  const [mine, theirs] = [await browser.open(`${server.url}/agents/shared/edit`), await browser.open(`${server.url}/agents/shared/edit`)];
  await theirs.locator('#source').fill(agent('Theirs', 'shared'));
  await theirs.getByRole('button', { name: 'Keep as a new revision' }).click();
  await theirs.waitForURL(/\/agents\/shared$/);
  await mine.locator('#source').fill(agent('Mine', 'shared'));
  await mine.getByRole('button', { name: 'Keep as a new revision' }).click();
  await mine.getByText('Somebody has changed it meanwhile').waitFor();
  const diff = await mine.locator('#conflict pre').innerText();
  assert.match(diff, /− summary = "Theirs"/);
  assert.match(diff, /\+ summary = "Mine"/);
  assert.match(await mine.locator('#source').inputValue(), /Mine/);
  assert.deepEqual(await violations(mine), []);
  await picture(mine, 'agent-conflict-1280-light');
  await mine.getByRole('button', { name: 'Keep mine as the next revision' }).click();
  await mine.waitForURL(/\/agents\/shared$/);
  const { data } = await server.api('GET /agents/shared/revisions');
  assert.deepEqual(data.map(({ rev }) => rev), [1, 2, 3]);
  assert.match((await server.api('GET /agents/shared?rev=2')).source, /Theirs/);
  assert.match((await server.api('GET /agents/shared')).source, /Mine/);
  // A mistake is shown with its line, and the text stays.
  await mine.goto(`${server.url}/agents/shared/edit`);
  await mine.locator('#source').fill('name = "shared"\nseat = "nowhere"\n');
  await mine.getByRole('button', { name: 'Keep as a new revision' }).click();
  await mine.getByText(/line 2, column/).waitFor();
  assert.match(await mine.locator('#source').inputValue(), /nowhere/);
});

test('an agent is tried, and a scenario plays its controls', async () => {
  const page = await browser.open(`${server.url}/agents/assistant`);
  await page.getByLabel(/A question/).fill('When do you open?');
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByText(/tokens read/).waitFor();
  await page.goto(`${server.url}/scenarios/inbox`);
  await page.getByRole('button', { name: 'Play the controls' }).click();
  await page.getByText(/All \d+ controls pass/).waitFor();
  await page.goto(`${server.url}/create/scenario`);
  await page.getByRole('button', { name: 'Check, and play the controls' }).click();
  await page.getByText(/All \d+ controls pass/).waitFor();
  assert.deepEqual(page.problems, []);
});

test('a list is filtered, and its address can be shared', async () => {
  const page = await browser.open(`${server.url}/matches`);
  await page.getByLabel('Label', { exact: true }).fill('on');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL(/label=on/);
  assert.ok(page.url().endsWith('/matches?label=on'), page.url());
  const rows = await page.locator('tbody tr').count();
  const shared = await browser.open(page.url());
  assert.equal(await shared.locator('tbody tr').count(), rows);
  assert.equal(rows, 3);
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.waitForURL(/\/matches$/);
  assert.deepEqual([...page.problems, ...shared.problems], []);
});

test('a list follows what is played', async () => {
  const id = await server.begin({ rounds: 4, delay_ms: 700, label: 'followed' });
  const page = await browser.open(`${server.url}/matches?label=followed`);
  await page.getByText(/running · 1 of 4|running · 2 of 4/).waitFor();
  await page.getByText(/(Red won|Blue held|draw) · 4 of 4/).waitFor();
  await server.until(id, 'completed');
  assert.deepEqual(page.problems, []);
});

test('a token is made, shown once, used to sign in, and taken back', async () => {
  const page = await browser.open(`${server.url}/settings`);
  await page.getByLabel('Name', { exact: true }).fill('watcher');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const secret = (await page.locator('#made pre').textContent()) ?? '';
  assert.match(secret, /^aia_/);
  await page.reload();
  assert.ok(!(await page.content()).includes(secret));
  page.on('dialog', dialog => dialog.accept());
  await page.getByRole('button', { name: 'Take back' }).first().click();
  await page.getByText('taken back').waitFor();
  const refused = await fetch(`${server.url}/api/v1/matches`, { headers: { authorization: `Bearer ${secret}` } });
  assert.equal(refused.status, 401);
  assert.deepEqual(page.problems, []);
});

test('a report is made of several matches', async () => {
  const page = await browser.open(`${server.url}/reports?label=on`);
  await page.getByRole('button', { name: 'Make the report' }).click();
  await page.getByText('Take at least one match.').waitFor();
  await page.getByLabel('All', { exact: true }).check();
  await page.getByLabel('As', { exact: true }).selectOption('markdown');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Make the report' }).click();
  assert.equal((await download).suggestedFilename(), 'arena-report.md');
  assert.deepEqual(page.problems, []);
});

test('a record is verified, with what tools were asked', async () => {
  const id = await server.begin();
  await server.until(id, 'completed');
  const page = await browser.open(`${server.url}/audit`);
  await page.getByRole('textbox', { name: 'Match' }).fill(id);
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('The record is whole').waitFor();
  assert.ok(page.url().endsWith(`/audit?match=${id}`), page.url());
  await page.getByRole('region', { name: 'Tool calls' }).getByText('list_mail').first().waitFor();
  assert.deepEqual(await violations(page), []);
  await picture(page, 'audit-verified-1280-light');
  await page.getByRole('textbox', { name: 'Match' }).fill('x');
  await page.getByRole('button', { name: 'Verify' }).click();
  await page.getByText('that is no id of a match').waitFor();
  assert.deepEqual(page.problems, []);
});

test('keys are enough', async () => {
  const page = await browser.open(server.url);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.waitForURL(/\/matches$/);
  await page.keyboard.press('?');
  await page.getByRole('heading', { name: 'Keys of this page' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/matches\/\w{26}/);
  await page.goto(`${server.url}/matches`);
  await page.keyboard.press('/');
  await page.keyboard.type('g m');
  assert.equal(await page.locator('.filters input').first().inputValue(), 'g m', 'keys are off while one writes');
  assert.deepEqual(page.problems, []);
});

test('a theme that was chosen stays', async () => {
  const page = await browser.open(`${server.url}/settings`, { colorScheme: 'light' });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByLabel('Dark', { exact: true }).check();
  const dark = await background();
  assert.notEqual(light, dark);
  await page.goto(`${server.url}/matches`);
  assert.equal(await background(), dark);
  assert.deepEqual(page.problems, []);
});

test('a provider is given a key, which no page shows', async () => {
  const page = await browser.open(`${server.url}/settings`);
  const row = page.locator('tr', { hasText: 'groq' });
  await row.getByText('Give a key').click();
  await row.getByLabel('Key of groq').fill('gsk-never-shown-anywhere');
  await row.getByRole('button', { name: 'Give it' }).click();
  await row.getByText('given to this server').waitFor();
  await row.getByText('ready', { exact: true }).waitFor();
  assert.ok(!(await page.content()).includes('gsk-never-shown'));
  await row.getByRole('button', { name: 'Take it away' }).click();
  await row.getByText('missing').waitFor();
  assert.deepEqual(page.problems, []);
});

test('from elsewhere one signs in with a token, and sees what it allows', async () => {
  const other = await Server.start();
  const cli = (...words) => execFileSync(process.env.ARENA, words, { cwd: other.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  const token = cli('token', 'create', 'viewer', '--scope', 'read');
  await other.end('SIGTERM');
  await other.run('0.0.0.0:0');
  const url = `http://127.0.0.1:${new URL(other.url).port}`;
  try {
    for (const [width, colorScheme] of LOOKS) {
      const page = await browser.open(`${url}/matches`, { width, colorScheme });
      await page.getByLabel('Token', { exact: true }).fill('aia_guess');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('the token is unknown').waitFor();
      assert.deepEqual(await violations(page), []);
      await picture(page, `sign-in-${width}-${colorScheme}`);
      await page.getByLabel('Token', { exact: true }).fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('heading', { name: 'Matches' }).waitFor();
      await page.goto(`${url}/audit`);
      await page.getByText('this needs a token with the scope').waitFor();
      assert.deepEqual(await violations(page), []);
      await picture(page, `forbidden-${width}-${colorScheme}`);
      await browser.forget();
    }
    // Whose token is taken back is told so, and not that the server is gone.
    const page = await browser.open(`${url}/matches`);
    await page.getByLabel('Token', { exact: true }).fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Matches' }).waitFor();
    await page.waitForFunction(() => window.sockets.some(socket => socket.readyState === 1));
    cli('token', 'revoke', 'viewer');
    await page.getByText('This page does not follow any more').waitFor();
    await page.waitForTimeout(3500);
    assert.match(await page.locator('#news').textContent(), /does not follow any more/);
  } finally {
    await other.stop();
  }
});

test('the file of an agent is written from a few fields', async () => {
  const page = await browser.open(`${server.url}/create/agent`);
  await page.getByLabel('Name', { exact: true }).fill('from-fields');
  await page.getByLabel('Seat', { exact: true }).selectOption('target');
  await page.getByLabel('Summary', { exact: true }).fill('Says "hello"');
  await page.getByLabel('Instructions', { exact: true }).fill('Be brief.\nBe kind.');
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Keep', exact: true }).click();
  await page.waitForURL(/\/agents\/from-fields$/);
  const kept = await server.api('GET /agents/from-fields');
  assert.equal(kept.summary, 'Says "hello"');
  assert.equal(kept.seat, 'target');
  assert.match(kept.source, /Be brief\.\\nBe kind\./);
  assert.deepEqual(page.problems, []);
});
