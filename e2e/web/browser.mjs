// A browser in which nothing may go wrong unseen: a word on the console, a script that broke, a request to another host.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(join(process.env.TOOLS, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export class Browser {
  static async start() {
    const browser = new Browser();
    // As root a browser has no sandbox of its own; it opens nothing but these pages.
    browser.chromium = await chromium.launch({ executablePath: '/usr/bin/chromium', args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
    browser.contexts = [];
    return browser;
  }

  /**
   * Opens a page; `page.problems` are what went wrong on it.
   * @param {string} address
   * @param {{ width?: number, colorScheme?: string, losesServer?: boolean }} [how]
   */
  async open(address, { width = 1280, colorScheme = 'light', losesServer = false } = {}) {
    const context = await this.chromium.newContext({ viewport: { width, height: width < 600 ? 844 : 900 }, colorScheme });
    this.contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const { host } = new URL(address);
    page.problems = [];
    page.on('request', request => {
      const url = new URL(request.url());
      if (url.host !== host && url.protocol !== 'data:') page.problems.push(`it asks for ${url}`);
    });
    page.on('pageerror', error => page.problems.push(`it breaks: ${error.stack}`));
    page.on('console', message => {
      // Browsers say themselves that a server cannot be reached.
      const isLost = losesServer && /WebSocket connection|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET/.test(message.text());
      if (!isLost) page.problems.push(`it says: ${message.text()}`);
    });
    // A test takes the connection away from below.
    await page.addInitScript(() => {
      window.sockets = [];
      window.WebSocket = class extends WebSocket {
        constructor(...given) {
          super(...given);
          window.sockets.push(this);
        }
      };
    });
    await page.goto(address);
    return page;
  }

  async forget() {
    for (const context of this.contexts.splice(0)) await context.close();
  }

  stop() {
    return this.chromium.close();
  }
}

/** What somebody who does not see well would miss. */
export async function violations(page) {
  // The page's policy holds for scripts of the page, not for those of a test.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  const told = node => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(told).join(' | ')}`);
}

/** Keeps a picture, if somebody wants pictures. */
export async function picture(page, name, fullPage = false) {
  if (!process.env.SCREENSHOTS) return;
  mkdirSync(process.env.SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage });
}
