// Chromium by playwright-core, which is installed with the web client.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
}

/** A player with a browser of their own; whatever the page complains about is kept in `complaints`. */
export class Player {
  constructor(page, handle, server) {
    this.page = page;
    this.handle = handle;
    this.server = server;
    this.complaints = [];
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => this.complaints.push(`${handle}: ${error.message}`));
    page.on('console', (message) => {
      // The first question "who am I" is answered with 401, and a killed server refuses connections.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text()))
        this.complaints.push(`${handle}: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith('ws://localhost'))
        this.complaints.push(`${handle}: asked ${request.url()}`);
    });
  }

  static async arrive(browser, server, handle, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
    const player = new Player(await context.newPage(), handle, server);
    await player.page.goto(`${server.url}/`);
    await player.page.fill('#handle', handle);
    await player.page.click('button:has-text("Take it")');
    await player.page.waitForSelector(`text=You are ${handle}`);
    return player;
  }

  async openRace(incident, team, speed) {
    const form = this.page.locator('section', { has: this.page.locator('h2', { hasText: 'Open a race' }) });
    await form.locator('select').nth(0).selectOption(incident);
    await form.locator('input').fill(team);
    await form.locator('select').nth(1).selectOption(String(speed));
    await form.locator('button').click();
    await this.page.waitForSelector('text=Join code');
    return (await this.page.locator('.letters').innerText()).trim();
  }

  async startPractice(incident) {
    await this.page.goto(`${this.server.url}/practice`);
    await this.page.locator('tr', { has: this.page.locator(`a[href="/board/${incident}"]`) }).locator('button').click();
    await this.inWarRoom();
  }

  async join(code, team) {
    await this.page.goto(`${this.server.url}/join/${code}`);
    await this.page.waitForSelector('text=Join code');
    await this.page.fill('input[aria-label="New team"]', team);
    await this.page.click('button:has-text("Found it")');
    await this.page.waitForSelector(`h2:has-text("${team}")`);
  }

  async ready() {
    await this.page.click('button:has-text("I am ready")');
    await this.page.waitForSelector('button:has-text("Not ready after all")');
  }

  async inWarRoom() {
    await this.page.waitForSelector('h2:has-text("Incident channel")', { timeout: 120_000 });
    await this.live();
  }

  async live() {
    await this.page.waitForSelector('.connection.open', { timeout: 60_000 });
  }

  /** Keys go to the room, not to a field that has the focus. */
  async press(...keys) {
    await this.page.evaluate(() => document.activeElement?.blur());
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async say(text) {
    await this.page.fill('input[aria-label="Write to your team"]', text);
    await this.page.keyboard.press('Enter');
    await this.page.waitForSelector(`[role="log"] >> text=${text}`);
  }

  /** Waits for a change in the feed, pins it with `p`. */
  async pinChange(title) {
    await this.press('g', 'c');
    const row = this.page.locator('#view li', { hasText: title }).first();
    await row.waitFor();
    await row.hover();
    await this.press('p');
    await this.page.waitForSelector(`[aria-label="Evidence board"] >> text=${title}`);
  }

  async revertChange(title) {
    await this.press('g', 'c');
    const row = this.page.locator('#view li', { hasText: title }).first();
    await row.locator('button:has-text("Revert")').click();
    await this.page.locator('.kinds button', { hasText: 'Revert change' }).click();
    await this.page.click('#do-it');
    await this.page.waitForSelector('#actions .results li.running, #actions .results li.done');
  }

  async declare(component, mechanism, trigger) {
    await this.press('d');
    const dialog = this.page.locator('dialog[open]');
    await dialog.locator('select').nth(0).selectOption(component);
    await dialog.locator(`input[type="radio"][value="${mechanism}"]`).check();
    const option = await dialog.locator('select').nth(1).locator('option', { hasText: trigger }).getAttribute('value');
    await dialog.locator('select').nth(1).selectOption(option);
    for (const box of await dialog.locator('input[type="checkbox"]').all()) await box.check();
    await dialog.locator('button:has-text("Declare")').last().click();
    await dialog.waitFor({ state: 'detached' });
  }

  harm() {
    return this.page.locator('.harm b').innerText().then((text) => Number(text.replace(/,/g, '')));
  }

  close() {
    return this.page.context().close();
  }
}

/** Runs a test's body; when it fails, what every page showed goes to SHOTS_DIR (if that is set). */
export async function showOnFailure(browser, body) {
  try {
    await body();
  } catch (error) {
    const folder = process.env.SHOTS_DIR;
    const pages = folder ? browser.contexts().flatMap((context) => context.pages()) : [];
    for (const [i, page] of pages.entries()) await page.screenshot({ path: `${folder}/failure-${i}.png` });
    throw error;
  }
}
