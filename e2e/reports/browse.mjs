// Opens pages in a browser without a network: browse.mjs SCREENSHOTS PAGE... Each is looked at wide and narrow, light and
// dark, and on paper. A request, a word on the console, a script that ran, a page that is wider than the screen, or
// something that a person who does not see well would miss ends it with an error.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(join(process.env.READERS, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [screenshots, ...pages] = process.argv.slice(2);
mkdirSync(screenshots, { recursive: true });

const problems = [];
// As root a browser has no sandbox of its own; it opens nothing but these pages.
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
for (const file of pages) {
  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark']) await look(file, width, colorScheme);
  }
  await print(file);
}
await browser.close();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

async function open(file, options) {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const where = `${basename(file)} ${JSON.stringify(options)}`;
  const own = pathToFileURL(file).href;
  const told = what => problems.push(`${where}: ${what}`);
  page.on('request', request => request.url() === own || told(`it asks for ${request.url()}`));
  page.on('console', message => told(`it says ${message.text()}`));
  page.on('pageerror', error => told(`it breaks: ${error}`));
  await page.goto(own);
  return { context, page, told };
}

async function look(file, width, colorScheme) {
  const { context, page, told } = await open(file, { viewport: { width, height: 900 }, colorScheme });
  const name = basename(file, '.html');
  await page.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
  // What is folded is looked at, too.
  await page.evaluate(() => document.querySelectorAll('details').forEach(details => (details.open = true)));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > width) told(`it is ${wide} pixels wide`);
  if (await page.evaluate(() => 'pwned' in window)) told('what was said in it ran');
  const elements = await page.evaluate(() => document.querySelectorAll('script, img, iframe, object, link, form').length);
  if (elements > 0) told(`it has ${elements} elements that it must not have`);
  const hidden = await page.evaluate(() => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText));
  if (hidden) told('it shows characters that hide or act');
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  for (const { id, nodes } of violations) told(`${id}: ${nodes.map(node => node.html.slice(0, 200)).join(' ')}`);
  await context.close();
}

async function print(file) {
  const { context, page, told } = await open(file, { viewport: { width: 720, height: 900 }, colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print' });
  const unfolded = () => [...document.querySelectorAll('details > :not(summary)')].every(
    part => part.checkVisibility({ contentVisibilityAuto: true }) && part.getBoundingClientRect().height > 0);
  await page.waitForFunction(unfolded, null, { timeout: 5000 }).catch(() => told('something stays folded on paper'));
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if (background !== 'rgb(255, 255, 255)') told(`paper is ${background}`);
  await page.screenshot({ path: join(screenshots, `${basename(file, '.html')}-print.png`), fullPage: true });
  await page.pdf({ path: join(screenshots, `${basename(file, '.html')}.pdf`), format: 'A4' });
  await context.close();
}
