// Screenshots of every screen against the real server, in both themes, 1440 and 390 wide:
//   ./dev shots [SCREEN...], or: INCIDENT_BIN=... node shots.mjs FOLDER [SCREEN...]
import fs from 'node:fs';

import { launch, Player } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';

const [folder = 'shots', ...only] = process.argv.slice(2);
const incident = 'product_pages_hang';
const trigger = 'Release 2026-47 of the fulfilment settings';
const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };
const settleMs = 700;

fs.mkdirSync(folder, { recursive: true });
const server = await Server.start();
const browser = await launch();

const settle = (player, ms = settleMs) => player.page.waitForTimeout(ms);

async function shoot(player, name, widths = [wide, narrow]) {
  if (only.length > 0 && !only.includes(name)) return;
  for (const theme of ['dark', 'light']) {
    // As the theme button does it, without being in the picture.
    await player.page.evaluate((t) => {
      if (document.documentElement.dataset.theme !== t) document.querySelector('button[title*="theme"]')?.click();
    }, theme);
    for (const size of widths) {
      await player.page.setViewportSize(size);
      await settle(player);
      await player.page.screenshot({ path: `${folder}/${name}-${size.width}-${theme}.png` });
    }
  }
  await player.page.setViewportSize(wide);
  await settle(player, 300);
}

async function view(player, key, name) {
  await player.press('g', key);
  await settle(player, 1200);
  await shoot(player, name);
}

try {
  const ada = await Player.arrive(browser, server, 'ada');
  const lin = await Player.arrive(browser, server, 'lin');
  const page = ada.page;
  await settle(ada);
  await shoot(ada, 'home');
  await page.goto(`${server.url}/practice`);
  await shoot(ada, 'practice');
  await page.goto(`${server.url}/`);
  const code = await ada.openRace(incident, 'Night owls', 4);
  await lin.join(code, 'Pager duty');
  await lin.ready();
  await shoot(ada, 'lobby');
  await ada.ready();
  await page.click('button:has-text("Start the match")');
  await page.waitForSelector('text=Briefing');
  await shoot(ada, 'briefing', [wide]);
  await ada.inWarRoom();
  await settle(ada, 4000);
  await shoot(ada, 'overview');
  await ada.press('g', 'm');
  await page.click('text=p95 by service');
  await settle(ada, 1500);
  await page.mouse.move(700, 340);
  await shoot(ada, 'metrics');
  await page.locator('.tabs .tab').nth(2).click();
  await settle(ada, 1500);
  await shoot(ada, 'dashboard');
  await view(ada, 'l', 'logs');
  await view(ada, 't', 'traces');
  await page.click('td button.open >> nth=0');
  await settle(ada);
  await shoot(ada, 'trace');
  await ada.press('Escape');
  await view(ada, 's', 'map');
  await page.click('g.node:has-text("inventory")');
  await shoot(ada, 'service');
  await view(ada, 'a', 'alerts');
  await view(ada, 'c', 'changes');
  await ada.say('inventory waits for connections');
  await ada.pinChange(trigger);
  await ada.press('d');
  await settle(ada);
  await shoot(ada, 'declare');
  await ada.press('Escape');
  await page.keyboard.press('Control+k');
  await shoot(ada, 'palette', [wide]);
  await page.keyboard.press('Escape');
  await ada.press('u');
  await shoot(ada, 'status', [wide]);
  await page.keyboard.press('Escape');
  await page.locator('#view li', { hasText: trigger }).first().locator('button:has-text("Revert")').click();
  await page.locator('.kinds button').first().click();
  await page.waitForSelector('#do-it');
  await shoot(ada, 'action', [wide]);
  await page.click('#do-it');
  await ada.declare('inventory', 'pool_exhaustion', trigger);
  await page.goto(`${page.url().split('?')[0]}?view=channel`);
  await ada.inWarRoom();
  await shoot(ada, 'channel', [narrow]);
  await page.goto(page.url().split('?')[0]);
  await page.waitForSelector('.ended', { timeout: 180_000 });
  await lin.page.click('button:has-text("Stop here")');
  await lin.page.locator('dialog[open] .primary').click();
  await page.waitForSelector('text=See the review');
  await shoot(ada, 'ended');
  await page.click('text=See the review');
  await page.waitForSelector('text=Harm over the match', { timeout: 60_000 });
  await shoot(ada, 'review');
  await page.screenshot({ path: `${folder}/review-full.png`, fullPage: true });
  await page.click('text=Watch the replay');
  await page.waitForSelector('input[aria-label="Moment of the match"]');
  await page.fill('input[aria-label="Moment of the match"]', '60');
  await settle(ada, 3000);
  await shoot(ada, 'replay');
  await page.goto(`${server.url}/board/${incident}`);
  await page.waitForSelector('tr.you');
  await shoot(ada, 'board');
  await page.goto(`${server.url}/`);
  await settle(ada);
  await shoot(ada, 'home-later');
  if (ada.complaints.length > 0) console.log(ada.complaints.join('\n'));
} finally {
  await browser.close();
  await server.stop();
}
