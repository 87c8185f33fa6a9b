// Screenshots of every screen, in both themes, wide and narrow, into the folder named on the command line. To be
// looked at by people: nothing is compared.
import fs from 'node:fs';
import path from 'node:path';

import { launch, Player } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';

const folder = process.argv[2] ?? 'shots';
const incident = process.argv[3] ?? 'product_pages_hang';
const sizes = [['wide', 1440, 900], ['narrow', 390, 844]];
fs.mkdirSync(folder, { recursive: true });

const server = await Server.start();
const browser = await launch();
try {
  for (const theme of ['dark', 'light']) {
    const ada = await Player.arrive(browser, server, 'ada', { colorScheme: theme });
    const shot = async (name) => {
      for (const [label, width, height] of sizes) {
        await ada.page.setViewportSize({ width, height });
        await ada.page.waitForTimeout(400);
        await ada.page.screenshot({ path: path.join(folder, `${name}-${theme}-${label}.png`) });
      }
      await ada.page.setViewportSize({ width: sizes[0][1], height: sizes[0][2] });
    };
    const view = async (key, name, wait = 2500) => {
      await ada.press('g', key);
      await ada.page.waitForTimeout(wait);
      await shot(name);
    };

    await shot('home');
    await ada.page.goto(`${server.url}/practice`);
    await ada.page.waitForTimeout(500);
    await shot('practice');
    await ada.page.goto(`${server.url}/`);
    await ada.openRace(incident, 'Night owls', 4);
    await shot('lobby');
    await ada.startPractice(incident);
    await ada.page.waitForTimeout(4000);
    await view('o', 'overview');
    await view('m', 'metrics');
    await view('l', 'logs');
    await view('t', 'traces');
    await ada.page.locator('td button.open').first().click();
    await ada.page.waitForTimeout(1500);
    await shot('trace');
    await view('s', 'map');
    await view('a', 'alerts');
    await view('c', 'changes');
    await ada.press('?');
    await ada.page.waitForTimeout(300);
    await shot('keys');
    await ada.page.keyboard.press('Escape');
    await ada.press('d');
    await ada.page.waitForTimeout(500);
    await shot('declare');
    await ada.page.keyboard.press('Escape');
    await ada.page.click('button:has-text("Stop here")');
    await ada.page.locator('dialog[open] .primary').click();
    await ada.page.click('text=See the review', { timeout: 60_000 });
    await ada.page.waitForSelector('text=Harm over the match', { timeout: 60_000 });
    await ada.page.waitForTimeout(1000);
    await shot('review');
    await ada.page.screenshot({ path: path.join(folder, `review-${theme}-whole.png`), fullPage: true });
    await ada.page.goto(`${server.url}/board/${incident}`);
    await ada.page.waitForTimeout(600);
    await shot('board');
    await ada.page.context().close();
  }
} finally {
  await browser.close();
  await server.stop();
}
