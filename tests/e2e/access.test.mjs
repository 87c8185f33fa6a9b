// Every screen against axe-core, in both themes: nothing that keeps a person out.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

import { launch, Player, showOnFailure } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
let server, browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function violations(page, screen) {
  const found = [];
  for (const theme of ['dark', 'light']) {
    await page.evaluate((t) => (document.documentElement.dataset.theme = t), theme);
    await page.waitForTimeout(300);
    // Fresh for each theme: it keeps colours that it has seen.
    await page.evaluate(axe);
    const result = await page.evaluate(() =>
      globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
    );
    for (const violation of result.violations)
      for (const node of violation.nodes) {
        // One line for all rows of a list.
        const where = node.target.join(' ').replace(/:nth-child\(\d+\)|\.svelte-\w+/g, '');
        found.push(`${screen} (${theme}): ${violation.id}: ${where}: ${node.failureSummary.split('\n')[1]?.trim()}`);
      }
  }
  return [...new Set(found)];
}

test('no screen keeps anybody out', { timeout: 300_000 }, () => showOnFailure(browser, async () => {
  const ada = await Player.arrive(browser, server, 'ada');
  const { page } = ada;
  const found = [...(await violations(page, 'home'))];
  await page.goto(`${server.url}/practice`);
  await page.waitForSelector('tbody tr');
  found.push(...(await violations(page, 'practice')));
  await page.goto(`${server.url}/`);
  await ada.openRace('product_pages_hang', 'Night owls', 8);
  found.push(...(await violations(page, 'lobby')));
  await page.click('button:has-text("Start")');
  await ada.inWarRoom();
  await page.waitForSelector('.services .row:nth-child(3)');
  found.push(...(await violations(page, 'overview')));
  for (const [key, name] of [['m', 'metrics'], ['l', 'logs'], ['t', 'traces'], ['s', 'map'], ['a', 'alerts'], ['c', 'changes']]) {
    await ada.press('g', key);
    await page.waitForTimeout(1000);
    found.push(...(await violations(page, name)));
  }
  await page.locator('#view li', { hasText: 'Release 2026-47' }).first().locator('button:has-text("Revert")').click();
  found.push(...(await violations(page, 'actions')));
  await ada.press('d');
  found.push(...(await violations(page, 'declare')));
  await page.keyboard.press('Escape');
  await page.click('button:has-text("Your tools")');
  await page.click('button:has-text("Make a token")');
  const token = await page.locator('dialog[open] .fresh code').textContent();
  await page.click('dialog[open] button:has-text("curl")');
  assert.ok((await page.locator('dialog[open] pre').textContent()).includes(token), 'settings carry the token');
  found.push(...(await violations(page, 'tools')));
  await page.click('dialog[open] button:has-text("Revoke")');
  await page.waitForSelector('dialog[open] .fresh', { state: 'detached' });
  await page.keyboard.press('Escape');
  await page.click('button:has-text("Stop here")');
  await page.locator('dialog[open] .primary').click();
  await page.click('text=See the review');
  await page.waitForSelector('text=Harm over the match', { timeout: 60_000 });
  found.push(...(await violations(page, 'review')));
  await page.goto(`${server.url}/board/product_pages_hang`);
  await page.waitForSelector('tbody tr');
  found.push(...(await violations(page, 'board')));
  assert.deepEqual(found, []);
}));
