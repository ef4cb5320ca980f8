/** Debian's Chromium without a window, for pages of ours and for the viewers of others. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { pathOf } from './tools.js';

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: pathOf('chromium')!,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
  });

/** What a page complains of, and what it asks the network for. */
export interface Complaints {
  readonly errors: string[];
  readonly requests: string[];
}

export function listen(page: Page): Complaints {
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    // Drawing without a graphics card is slow, which is nobody's fault.
    if (['error', 'warning'].includes(message.type()) && !text.includes('GL Driver'))
      errors.push(text);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('dialog', (dialog) => {
    errors.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) requests.push(request.url());
  });
  return { errors, requests };
}
