/**
 * The Chromium that the browser tests drive: the one named by PORTOLAN_CHROMIUM, else any Chromium or Chrome found on
 * this machine, else one that is fetched (Debian's package for root on Debian, Playwright's own build elsewhere).
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { runNode, runProgram } from './tools.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge'];
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...[process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter(Boolean)
    .flatMap((dir) => [
      `${dir}\\Google\\Chrome\\Application\\chrome.exe`,
      `${dir}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ]),
];
const ADVICE =
  'no Chromium or Chrome was found and none could be fetched; install one and name it: PORTOLAN_CHROMIUM=/path/to/chrome npm test';

/** Headless anywhere, as root too: no services that look for a network, and graphics drawn by software. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

/** @returns the browser's path, or undefined when this machine has none */
export function findBrowser() {
  const named = process.env.PORTOLAN_CHROMIUM;
  if (named) return isProgram(named) ? named : undefined;
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  return [...onPath, ...PLACES, chromium.executablePath()].find(isProgram);
}

/**
 * Finds a browser or fetches one.
 * @throws Error, one line that tells how to get one
 */
export async function ensureBrowser() {
  const named = process.env.PORTOLAN_CHROMIUM;
  if (named && !isProgram(named))
    throw new Error(`PORTOLAN_CHROMIUM is ${named}, which is not a program; name a Chromium or Chrome`);
  const found = findBrowser();
  if (found) return found;
  console.log('No Chromium or Chrome found: fetching one for the browser tests …');
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await runProgram('apt-get', ['update', '-qq'], { env });
    await runProgram('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  } else {
    await runNode('node_modules/playwright-core/cli.js', ['install', 'chromium']);
  }
  const fetched = findBrowser();
  if (!fetched) throw new Error(ADVICE);
  return fetched;
}

/** Starts the browser that `findBrowser` finds. */
export function launchBrowser(flags = []) {
  return chromium.launch({ executablePath: findBrowser(), args: [...FLAGS, ...flags] });
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
