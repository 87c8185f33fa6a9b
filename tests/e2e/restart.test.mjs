// The server is killed in the middle of a match and started again: the room says so, keeps what it shows,
// refuses actions meanwhile, and comes back by itself with everything that was acknowledged.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, Player, showOnFailure } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';

let server, browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('kill -9 and restart in the middle of a match', { timeout: 300_000 }, () => showOnFailure(browser, async () => {
  const ada = await Player.arrive(browser, server, 'ada');
  await ada.startPractice('product_pages_hang');
  await ada.say('before the crash');
  await ada.press('g', 'a');
  await ada.page.waitForSelector('#view >> text=firing');
  const harm = await ada.harm();

  await server.kill('SIGKILL');
  await ada.page.waitForSelector('.connection.reconnecting');
  assert.match(await ada.page.locator('.connection').innerText(), /reconnecting, \d+ s/);

  // Everything stays readable; what is sent now is refused visibly and stays in its field.
  assert.ok(await ada.page.locator('text=before the crash').isVisible());
  await ada.page.fill('input[aria-label="Write to your team"]', 'while it was away');
  await ada.page.keyboard.press('Enter');
  await ada.page.waitForSelector('.notices >> text=Not connected');
  assert.equal(await ada.page.inputValue('input[aria-label="Write to your team"]'), 'while it was away');

  await server.up();
  await ada.live();
  await ada.page.waitForFunction((before) => {
    const text = document.querySelector('.harm b')?.textContent ?? '';
    return Number(text.replace(/,/g, '')) >= before;
  }, harm);
  assert.ok(await ada.page.locator('text=before the crash').isVisible());
  await ada.page.click('button:text-is("Send")');
  await ada.page.waitForSelector('[role="log"] >> text=while it was away');

  // The home page of another tab offers the match to come back to.
  const tab = await ada.page.context().newPage();
  await tab.goto(`${server.url}/`);
  await tab.click('a:has-text("Resume")');
  await tab.waitForSelector('text=before the crash');

  assert.deepEqual(ada.complaints, []);
}));
