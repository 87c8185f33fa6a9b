// Two browsers, two teams, one race: from the handle to the board, with nothing but what a player can see.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, Player, showOnFailure } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';

const incident = 'product_pages_hang';
const trigger = 'Release 2026-47 of the fulfilment settings';
let server, browser;

before(async () => {
  server = await Server.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('two teams race to the board', { timeout: 300_000 }, () => showOnFailure(browser, async () => {
  const ada = await Player.arrive(browser, server, 'ada');
  const lin = await Player.arrive(browser, server, 'lin');

  // Lobby: a code, two teams, ready, start.
  const code = await ada.openRace(incident, 'Night owls', 8);
  await lin.join(code, 'Pager duty');
  await ada.page.waitForSelector('h2:has-text("Pager duty")');
  await ada.ready();
  await lin.ready();
  await ada.page.click('button:has-text("Start the match")');
  await Promise.all([ada.inWarRoom(), lin.inWarRoom()]);
  const match = new URL(ada.page.url()).pathname.split('/')[2];

  // What one team says, the other does not hear.
  await ada.say('stock looks odd');
  assert.equal(await lin.page.locator('text=stock looks odd').count(), 0);

  // Ada's team finds it: every view opens, evidence is pinned, the change reverted, the cause declared.
  for (const [key, sign] of [['m', 'text=Query'], ['l', '.lines li'], ['t', 'td button.open'], ['s', 'g.node'], ['a', 'text=firing']]) {
    await ada.press('g', key);
    if (key !== 'm') await ada.page.waitForSelector(`#view >> ${sign}`);
  }
  await ada.press('g', 'o');
  await ada.page.waitForSelector('#view .services .row:nth-child(2)');
  await ada.pinChange(trigger);
  await ada.revertChange(trigger);
  await ada.declare('inventory', 'pool_exhaustion', trigger);
  await ada.page.waitForSelector('[aria-label="Evidence board"] >> text=Component and mechanism are right.');
  const harm = await ada.harm();
  assert.ok(harm > 0, 'customers were hurt before the fix');
  await ada.page.waitForSelector('.ended >> text=Your team ended the incident.', { timeout: 120_000 });

  // Lin's team gives up; with both done the match ends for both.
  await lin.page.click('button:has-text("Stop here")');
  await lin.page.locator('dialog[open] .primary').click();
  await ada.page.click('text=See the review', { timeout: 30_000 });
  await ada.page.waitForSelector('text=Harm over the match', { timeout: 60_000 });
  assert.match(await ada.page.locator('main').innerText(), /inventory/);
  const scores = await ada.page.locator('td.score').allInnerTexts();
  assert.equal(scores.length, 2);
  assert.ok(Number(scores[0]) > Number(scores[1]), `the solving team leads: ${scores}`);

  // The replay shows the room as it was.
  await ada.page.click('text=Watch the replay');
  await ada.page.waitForSelector('input[aria-label="Moment of the match"]');
  await ada.page.waitForSelector('h2:has-text("Incident channel")');
  await ada.page.goto(`${server.url}/match/${match}/replay?t=9999`);
  await ada.page.waitForSelector('text=stock looks odd');

  // And the board has both.
  await ada.page.goto(`${server.url}/board/${incident}`);
  await ada.page.waitForSelector('tr.you >> text=Night owls');
  const teams = await ada.page.locator('td .team').allInnerTexts();
  assert.deepEqual(teams, ['Night owls', 'Pager duty']);

  assert.deepEqual([...ada.complaints, ...lin.complaints], []);
}));
