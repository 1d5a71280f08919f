import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where distributions have it; `CHROMIUM` names another one. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A page of a browser that has nothing in common with those of other tests. */
export interface BrowserPage {
  readonly page: Page;
  /**
   * What the browser complained of so far: errors of scripts and of the console, which has what the
   * content security policy refused and every answer of 400 or more.
   */
  readonly complaints: readonly string[];
}

/** The size of the window, pixels of the page. */
export interface WindowSize {
  readonly width: number;
  readonly height: number;
}

export const desktop: WindowSize = { width: 1280, height: 900 };
export const telephone: WindowSize = { width: 360, height: 740 };

/**
 * One Chromium for all tests of a file; pages are closed after the test that opened them.
 * @returns opens an empty page
 */
export function useBrowser(): (size?: WindowSize) => Promise<BrowserPage> {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: placeOfChromium(),
      // Chromium has no sandbox for root.
      chromiumSandbox: process.getuid?.() !== 0,
    });
  });
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
  });
  afterAll(async () => {
    await browser?.close();
  });
  return async (size = desktop) => {
    const page = await browser!.newPage({ viewport: size });
    page.setDefaultTimeout(30_000);
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    return { page, complaints };
  };
}

/** @throws Error that says what to install */
function placeOfChromium(): string {
  const found = process.env.CHROMIUM ?? places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Error('no Chromium: apt-get install chromium, or name one with CHROMIUM=<its path>');
}
